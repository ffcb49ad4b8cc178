import { expect, test, vi } from "vitest";
import { textFrame, type WebSocketConnection } from "../../../kernel/web-sockets.ts";
import type { RoomRow } from "../tables.ts";
import type { ChatToken } from "../tokens/chat-token.ts";
import { ChatRooms, type ChatRoomsOptions } from "./chat-rooms.ts";
import { Member, Room } from "./room.ts";

const ROW: RoomRow = {
  ...{ account_id: "000000000000", region: "us-east-1", id: "abcdefABCDEF", name: "" },
  ...{ tags: "{}", created_at_ms: 0, updated_at_ms: 0, message_rate: 10, message_length: 500 },
  ...{ handler_uri: "", handler_fallback: "ALLOW", logging_1: "", logging_2: "", logging_3: "" },
};
const TOKEN: ChatToken = {
  ...{ id: "t", roomArn: "", userId: "u", capabilities: [], attributes: {} },
  ...{ expiresAtMs: 1, sessionEndsAtMs: 1 },
};
const MIB = 1024 * 1024;

/** A connection whose client takes nothing. */
function deaf() {
  const said = { frames: 0, waitingBytes: 0, isDestroyed: false, closed: "" };
  const connection: WebSocketConnection = {
    remoteAddress: "192.0.2.1",
    get waitingBytes() {
      return said.waitingBytes;
    },
    send(frame) {
      said.frames += 1;
      said.waitingBytes += frame.length;
    },
    close(_code, reason) {
      said.closed = reason;
    },
    destroy() {
      said.isDestroyed = true;
    },
  };
  return { said, member: new Member(TOKEN, new Room(ROW), connection) };
}

test("a member that reads nothing is dropped at a bound in bytes", () => {
  const { said, member } = deaf();
  const frame = textFrame("x".repeat(2_000));
  for (let count = 0; count < 10_000 && !said.isDestroyed; count++) member.send(frame);
  expect(said.isDestroyed).toBe(true);
  expect(said.waitingBytes).toBeGreaterThan(MIB);
  expect(said.waitingBytes).toBeLessThanOrEqual(MIB + 2 * frame.length);
});

test("a member that is refused again and again is dropped", () => {
  const { said, member } = deaf();
  const error = { id: "i", requestId: "", code: 429, message: "no" } as const;
  for (let count = 0; count < 100; count++) member.refuse(error, 1_000);
  expect([said.frames, said.isDestroyed]).toEqual([100, false]);
  member.refuse(error, 1_000);
  expect([said.frames, said.isDestroyed]).toEqual([100, true]);
});

test.each([
  ["short", "short"],
  ["€".repeat(100), "€".repeat(41)],
])("the reason %j of a goodbye has at most 123 bytes", (reason, expected) => {
  const { said, member } = deaf();
  member.end(reason);
  expect(said.closed).toBe(expected);
});

test("what takes time is done one after the other", async () => {
  const { member } = deaf();
  const order: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  member.inTurn(async () => {
    await held;
    order.push("first");
  });
  const done = new Promise<void>((resolve) => {
    member.inTurn(async () => {
      order.push("second");
      resolve();
    });
  });
  letGo();
  await done;
  expect(order).toEqual(["first", "second"]);
});

test.each([0, 125, 126, 65_535, 65_536])("a frame of %i bytes is as RFC 6455 has it", (length) => {
  const frame = textFrame("x".repeat(length));
  const header = length <= 125 ? 2 : length <= 65_535 ? 4 : 10;
  expect([frame[0], frame.length]).toEqual([0x81, header + length]);
  const lengths = [frame[1], frame.readUInt16BE(Math.min(2, frame.length - 2))];
  if (header === 2) expect(lengths[0]).toBe(length);
  else if (header === 4) expect(lengths).toEqual([126, length]);
  else expect([lengths[0], Number(frame.readBigUInt64BE(2))]).toEqual([127, length]);
});

test("a member whose session is over hears error 401, and then its end", async () => {
  vi.useFakeTimers();
  const clock = { ms: 0, nowMs: () => clock.ms };
  const ignore = () => undefined;
  const rooms = new ChatRooms({
    ...{ clock, ids: { alphanumeric: () => "abcdefABCDEF" } },
    ...{ store: { tables: ignore }, broadcasts: { listen: ignore } },
    metrics: { connections: () => 0 },
  } as unknown as ChatRoomsOptions);
  const said: string[] = [];
  const connection = {
    ...{ remoteAddress: "192.0.2.1", waitingBytes: 0, destroy: () => said.push("broken") },
    send: (frame: Buffer) => said.push(frame.subarray(2).toString()),
    close: (code: number, reason: string) => said.push(`${code} ${reason}`),
  } as WebSocketConnection;
  rooms.start();
  rooms.admit({ ...TOKEN, sessionEndsAtMs: 60_000 }, ROW, connection);
  clock.ms = 59_999;
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([]);
  clock.ms = 60_000;
  vi.advanceTimersByTime(1_000);
  const [error = "", end] = said;
  expect([JSON.parse(error.slice(error.indexOf("{"))), end]).toEqual([
    {
      ...{ Type: "ERROR", Id: "abcdefABCDEF", RequestId: "", ErrorCode: 401 },
      ErrorMessage: "The connection has expired",
    },
    "1000 The connection has expired",
  ]);
  vi.useRealTimers();
  await rooms.close();
});
