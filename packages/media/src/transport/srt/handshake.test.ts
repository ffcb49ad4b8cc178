import { describe, expect, test } from "vitest";
import * as handshakes from "./handshake.ts";
import { REJECT } from "./reject-reason.ts";

const { parseConnectionRequest, parseHandshake, writeHandshake } = handshakes;
const FIELDS = {
  ...{ version: 5, encryption: 2, extension: 5, initialSequence: 0x71727374 },
  ...{ maximumSegment: 1_500, flowWindow: 8_192, type: 0xffffffff },
  ...{ socketId: 0xa1a2a3a4, cookie: 0xc1c2c3c4 },
};
const REQUEST = Buffer.from("00010502000000bf00780096", "hex");
const request = (type: number, content: Buffer) => ({ type, content });
const asked = request(1, REQUEST);

/** draft-sharabayko-srt-01, section 3.2.1. */
test("a handshake is written field by field, its address left empty, and read back", () => {
  const body = writeHandshake(FIELDS, [asked, request(5, Buffer.from("dcba", "latin1"))]);
  expect(body.toString("hex")).toBe(
    `000000050002000571727374000005dc00002000ffffffffa1a2a3a4c1c2c3c4${"00".repeat(16)}` +
      "0001000300010502000000bf00780096" +
      "0005000164636261",
  );
  expect(parseHandshake(body)).toEqual(FIELDS);
  // The first bit of a sequence number is none of it.
  body.writeUInt32BE(0xf1727374, 8);
  expect(parseHandshake(body).initialSequence).toBe(FIELDS.initialSequence);
  expect(parseConnectionRequest(body)).toEqual({
    ...{ srtVersion: 0x010502, capabilities: 0xbf, latencyMs: 150, streamId: "abcd" },
    keyMaterial: undefined,
  });
});

test("what a listener agrees to is the version, its capabilities and both latencies", () => {
  const hex = (encrypted: boolean) => handshakes.writeAgreement(0x0123, encrypted).toString("hex");
  expect(hex(false)).toBe("000105000000003b01230123");
  expect(hex(true)).toBe("000105000000003f01230123");
  expect(handshakes.extensionFlags(false)).toBe(1);
  expect(handshakes.extensionFlags(true)).toBe(3);
});

describe("a conclusion", () => {
  const conclude = (extensions: readonly ReturnType<typeof request>[], extension = 1) =>
    parseConnectionRequest(writeHandshake({ ...FIELDS, extension }, extensions));
  const filler = (count: number) =>
    Array.from({ length: count }, (_, index) => request(100 + index, Buffer.alloc(4)));
  const word = (text: string) => Buffer.from(text, "latin1").swap32();
  const mode = (capabilities: number) => {
    const content = Buffer.from(REQUEST);
    content.writeUInt32BE(capabilities, 4);
    return request(1, content);
  };

  test.each([
    ["sixteen extensions", [asked, ...filler(15)]],
    ["live congestion control", [asked, request(6, word("live"))]],
    ["a packet filter among its capabilities alone", [mode(0x80)]],
    ["every capability but a stream's", [mode(0xffffffbf)]],
  ])("with %s is taken", (_, extensions) => {
    expect(conclude(extensions).latencyMs).toBe(150);
  });

  test("has its texts padded, and its key material as it is", () => {
    const key = Buffer.from("01020304", "hex");
    const texts = [request(5, word("stre\0\0ma")), request(3, key)];
    expect(conclude([asked, ...texts])).toMatchObject({ streamId: "stre\0\0ma", keyMaterial: key });
    expect(conclude([asked, request(5, word("key\0"))]).streamId).toBe("key");
    expect(conclude([asked]).streamId).toBe("");
  });

  test.each([
    ["rogue", /lacks its SRT extension/, [], 1],
    ["rogue", /lacks its SRT extension/, [asked], 2],
    ["rogue", /lacks its SRT extension/, [request(1, REQUEST.subarray(0, 8))], 1],
    ["rogue", /extensions are malformed/, [asked, ...filler(16)], 1],
    ["messageApi", /file transfer/, [mode(0x40)], 1],
    ["congestion", /only live congestion/, [asked, request(6, word("file"))], 1],
    ["filter", /packet filters/, [asked, request(7, word("fec,"))], 1],
    ["group", /bonded connections/, [asked, request(8, word("abcd"))], 1],
  ] as const)("is refused as %s: %s", (reason, message, extensions, flags) => {
    expect(() => conclude(extensions, flags)).toThrow(
      expect.objectContaining({
        ...{ code: REJECT[reason], message: expect.stringMatching(message) },
      }),
    );
  });

  test("is refused where an extension is longer than the packet", () => {
    const body = writeHandshake({ ...FIELDS, extension: 1 }, [asked]);
    for (let cut = 1; cut < 12; cut += 1)
      expect(() => parseConnectionRequest(body.subarray(0, -cut))).toThrow(/malformed/);
  });
});
