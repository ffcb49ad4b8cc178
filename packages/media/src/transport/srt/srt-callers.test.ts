import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MediaSink, Publisher } from "../../ingest/ingest-port.ts";
import { defaultMediaLimits } from "../../port/limits.ts";
import { MediaError } from "../../port/media-error.ts";
import { testPort } from "../../testing/test-port.ts";
import { HANDSHAKE_TYPE, parseHandshake, writeHandshake } from "./handshake.ts";
import { CONTROL, HEADER_BYTES, writeControl } from "./packet.ts";
import { REJECT } from "./reject-reason.ts";
import { type PeerAddress, SrtCallers } from "./srt-callers.ts";

const PEER = { address: "192.0.2.1", port: 5_000 };
const FIELDS = {
  encryption: 0,
  initialSequence: 1,
  maximumSegment: 1_500,
  flowWindow: 8_192,
  socketId: 7,
};

function handshake(
  fields: Partial<typeof FIELDS> & Record<"version" | "extension" | "type" | "cookie", number>,
  extensions: readonly { type: number; content: Buffer }[] = [],
): Buffer {
  const body = writeHandshake({ ...FIELDS, ...fields }, extensions);
  return writeControl({ type: CONTROL.handshake, timestampUs: 0, destination: 0 }, body);
}

const induction = handshake({
  version: 4,
  extension: 2,
  type: HANDSHAKE_TYPE.induction,
  cookie: 0,
});

/** `capabilities` and an extension more. */
function conclusion(
  cookie: number,
  version = 5,
  capabilities = 0x3f,
  more = 0,
  socketId = FIELDS.socketId,
): Buffer {
  const request = Buffer.alloc(12);
  request.writeUInt32BE(0x010500, 0);
  request.writeUInt32BE(capabilities, 4);
  const fields = { version, extension: 5, type: HANDSHAKE_TYPE.conclusion, cookie, socketId };
  return handshake(fields, [
    { type: 1, content: request },
    { type: 5, content: Buffer.from("\0yek") },
    ...(more === 0 ? [] : [{ type: more, content: Buffer.from("elif") }]),
  ]);
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("callers", () => {
  function listen(isKnown = true) {
    const sent: { readonly datagram: Buffer; readonly to: PeerAddress }[] = [];
    const refused: string[] = [];
    const asked: string[] = [];
    const callers = new SrtCallers({
      limits: defaultMediaLimits,
      send: (datagram, to) => sent.push({ datagram, to }),
      monotonicMs: () => 1_000,
      port: testPort({
        secretOf: async (name) => {
          asked.push(name);
          return isKnown ? { secret: "0123456789", required: true } : undefined;
        },
        refused: (_, reason) => refused.push(reason),
      }),
    });
    const last = () =>
      parseHandshake((sent.at(-1)?.datagram ?? Buffer.of()).subarray(HEADER_BYTES));
    return { callers, sent, refused, asked, last };
  }

  test("without the cookie of their address they are asked for nothing and answered nothing", async () => {
    const { callers, sent, asked, last } = listen();
    callers.receive(induction, { ...PEER, port: 0 });
    callers.receive(conclusion(1), PEER);
    expect(sent).toEqual([]);
    callers.receive(induction, PEER);
    const { cookie } = last();
    callers.receive(conclusion(cookie), { ...PEER, address: "192.0.2.2" });
    await settle();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.datagram).toHaveLength(induction.length);
    expect(asked).toEqual([]);
  });

  test.each([
    ["a handshake of version 4", [4], 1_008],
    ["file transfer", [5, 0x7f], 1_012],
    ["congestion control for files", [5, 0x3f, 6], 1_013],
    ["a packet filter", [5, 0x3f, 7], 1_014],
    ["a group", [5, 0x3f, 8], 1_015],
    ["media in clear", [5], 1_011],
  ] as const)("%s is refused with its code", async (_, conclusionOf, code) => {
    const { callers, last, refused } = listen();
    callers.receive(induction, PEER);
    callers.receive(conclusion(last().cookie, ...conclusionOf), PEER);
    await settle();
    expect(last().type).toBe(code);
    expect(refused).toHaveLength(1);
    expect(callers.connections).toBe(0);
  });

  test("wait for a decision up to eight of an address and 32 of all, then ask again", async () => {
    let asked = 0;
    const decided: (() => void)[] = [];
    const port = testPort({
      secretOf: () => {
        asked += 1;
        return new Promise((resolve) => decided.push(() => resolve(undefined)));
      },
    });
    let cookie = 0;
    const callers = new SrtCallers({
      ...{ limits: defaultMediaLimits, port, monotonicMs: () => 1_000 },
      send: ({ buffer, byteOffset, length }) => {
        const body = Buffer.from(buffer, byteOffset, length).subarray(HEADER_BYTES);
        ({ cookie } = parseHandshake(body));
      },
    });
    const call = (address: string, socketId: number) => {
      callers.receive(induction, { ...PEER, address });
      callers.receive(conclusion(cookie, 5, 0x3f, 0, socketId), { ...PEER, address });
      return asked;
    };
    const calls = (address: string, count: number) =>
      Array.from({ length: count }, (_, index) => call(address, index + 1));
    expect(calls("192.0.2.1", 10).at(-1)).toBe(8);
    expect(calls("192.0.2.2", 8).at(-1)).toBe(16);
    expect(calls("192.0.2.3", 8).at(-1)).toBe(24);
    expect(calls("192.0.2.4", 7).at(-1)).toBe(31);
    expect(calls("192.0.2.5", 3)).toEqual([32, 32, 32]);
    decided[0]?.();
    await settle();
    expect([call("192.0.2.1", 9), call("192.0.2.5", 9)]).toEqual([33, 33]);
  });

  test("whose key isn't known can't tell", async () => {
    const [known, unknown] = [listen(true), listen(false)];
    for (const { callers, last } of [known, unknown]) {
      callers.receive(induction, PEER);
      callers.receive(conclusion(last().cookie), PEER);
    }
    await settle();
    expect(known.last().type).toBe(unknown.last().type);
    expect(known.refused).toEqual(unknown.refused);
  });
});

describe("a second caller, and the same caller a second time", () => {
  interface Session {
    readonly publisher: Publisher;
    readonly ends: string[];
  }
  let nowMs: number;
  let sent: { readonly datagram: Buffer; readonly to: PeerAddress }[];
  let sessions: Session[];
  /** Runs when a publisher asks to be let in. */
  let admit: () => void | Promise<void>;
  let callers: SrtCallers;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    nowMs = 1_000;
    sent = [];
    sessions = [];
    admit = () => undefined;
    callers = new SrtCallers({
      limits: defaultMediaLimits,
      send: (datagram, to) => sent.push({ datagram, to }),
      monotonicMs: () => nowMs,
      port: testPort({
        secretOf: async () => ({ secret: "0123456789", required: false }),
        publish: async (publisher) => {
          await admit();
          const ends: string[] = [];
          sessions.push({ publisher, ends });
          return sinkOf(ends);
        },
      }),
    });
  });
  afterEach(() => {
    callers.close();
    vi.useRealTimers();
  });

  function sinkOf(ends: string[]): MediaSink {
    return {
      takes: new Set(),
      announce: () => undefined,
      configure: () => undefined,
      write: () => undefined,
      end: (reason) => ends.push(reason),
    };
  }

  /** The datagram by which a caller concludes, with the cookie of its address. */
  function concluding(peer: PeerAddress, socketId: number): Buffer {
    callers.receive(induction, peer);
    const { cookie } = parseHandshake(answers().subarray(HEADER_BYTES));
    sent = [];
    return conclusion(cookie, 5, 0x3f, 0, socketId);
  }

  /** The one datagram that was sent since the last call. */
  function answers(): Buffer {
    expect(sent).toHaveLength(1);
    return sent.shift()?.datagram ?? Buffer.of();
  }

  async function connect(peer: PeerAddress, socketId: number): Promise<Buffer> {
    callers.receive(concluding(peer, socketId), peer);
    await settle();
    return answers();
  }

  const idIn = (answer: Buffer) => parseHandshake(answer.subarray(HEADER_BYTES)).socketId;
  const typeIn = (answer: Buffer) => parseHandshake(answer.subarray(HEADER_BYTES)).type;
  const to = (destination: number, type: number) =>
    writeControl({ type, timestampUs: 0, destination }, Buffer.alloc(4));
  const ends = () => sessions.map((session) => session.ends);

  function passMs(ms: number): void {
    for (let left = ms; left > 0; left -= 10) {
      nowMs += 10;
      vi.advanceTimersByTime(10);
    }
  }

  const others = [
    ["of another socket", PEER, 8],
    ["from another port", { ...PEER, port: 5_001 }, 7],
    ["from another address", { ...PEER, address: "192.0.2.2" }, 7],
  ] as const;

  test.each(others)("a lost answer is given again, also after a caller %s", async (_, peer, id) => {
    const repeated = concluding(PEER, 7);
    for (let times = 0; times < 3; times += 1) {
      callers.receive(repeated, PEER);
    }
    await settle();
    const answer = answers();
    const other = await connect(peer, id);
    expect(idIn(other)).not.toBe(idIn(answer));
    callers.receive(repeated, PEER);
    await settle();
    expect(sent).toEqual([{ datagram: answer, to: PEER }]);
    expect([sessions.length, callers.connections]).toEqual([2, 2]);
    expect(ends()).toEqual([[], []]);
  });

  test.each(others)("its end is its own: not that of a caller %s", async (_, peer, id) => {
    const first = idIn(await connect(PEER, 7));
    const second = idIn(await connect(peer, id));
    if (peer !== PEER) {
      callers.receive(to(second, CONTROL.shutdown), PEER);
      expect(ends()).toEqual([[], []]);
    }
    callers.receive(to(first, CONTROL.shutdown), PEER);
    callers.receive(to(first, CONTROL.shutdown), PEER);
    expect(ends()).toEqual([["publisher-finished"], []]);
    const again = await connect(PEER, 7);
    expect(idIn(again)).not.toBe(first);
    callers.receive(to(first, CONTROL.shutdown), PEER);
    expect(ends()).toEqual([["publisher-finished"], [], []]);
    expect(callers.connections).toBe(2);
  });

  test("one that was taken over ends nothing more, and its place is free in a while", async () => {
    const first = await connect(PEER, 7);
    admit = () => sessions[0]?.publisher.disconnect("another publisher took over");
    callers.receive(concluding(PEER, 8), PEER);
    await settle();
    const shutdown = sent.shift();
    expect(shutdown?.datagram.readUInt16BE(0)).toBe(0x8000 | CONTROL.shutdown);
    expect(shutdown?.datagram.readUInt32BE(12)).toBe(7);
    const second = idIn(answers());
    admit = () => undefined;
    // It missed that, and goes on.
    callers.receive(to(idIn(first), CONTROL.keepAlive), PEER);
    expect(answers().readUInt32BE(12)).toBe(7);
    callers.receive(to(idIn(first), CONTROL.shutdown), PEER);
    passMs(1_990);
    expect(callers.connections).toBe(2);
    callers.receive(to(second, CONTROL.keepAlive), PEER);
    passMs(20);
    expect(callers.connections).toBe(1);
    passMs(4_000);
    expect(ends()).toEqual([[], []]);
    expect(sessions.map(({ publisher }) => publisher.open)).toEqual([false, true]);
    passMs(1_000);
    expect(ends()).toEqual([[], ["connection-lost"]]);
  });

  test("one that is refused leaves the first alone, and is asked about again", async () => {
    await connect(PEER, 7);
    admit = () => Promise.reject(new MediaError("refused", "the channel has a publisher"));
    const second = concluding(PEER, 8);
    for (let times = 0; times < 2; times += 1) {
      callers.receive(second, PEER);
      await settle();
      expect(typeIn(answers())).toBe(HANDSHAKE_TYPE.rejection + REJECT.forbidden);
    }
    expect([ends(), callers.connections]).toEqual([[[]], 1]);
    admit = () => undefined;
    callers.receive(second, PEER);
    await settle();
    expect(typeIn(answers())).toBe(HANDSHAKE_TYPE.conclusion);
    expect([ends(), callers.connections]).toEqual([[[], []], 2]);
  });
});
