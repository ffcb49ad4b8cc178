import { describe, expect, test } from "vitest";
import { defaultMediaLimits } from "../../port/limits.ts";
import { testPort } from "../../testing/test-port.ts";
import { HANDSHAKE_TYPE, parseHandshake, writeHandshake } from "./handshake.ts";
import { CONTROL, HEADER_BYTES, writeControl } from "./packet.ts";
import { type PeerAddress, SrtCallers } from "./srt-callers.ts";

const PEER = { address: "192.0.2.1", port: 5_000 };
const FIELDS = {
  encryption: 0,
  initialSequence: 1,
  maximumSegment: 1_500,
  flowWindow: 8_192,
  socketId: 7,
};

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

  function handshake(
    fields: { version: number; extension: number; type: number; cookie: number },
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
  function conclusion(cookie: number, version = 5, capabilities = 0x3f, more = 0): Buffer {
    const request = Buffer.alloc(12);
    request.writeUInt32BE(0x010500, 0);
    request.writeUInt32BE(capabilities, 4);
    return handshake({ version, extension: 5, type: HANDSHAKE_TYPE.conclusion, cookie }, [
      { type: 1, content: request },
      { type: 5, content: Buffer.from("\0yek") },
      ...(more === 0 ? [] : [{ type: more, content: Buffer.from("elif") }]),
    ]);
  }

  async function settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
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
