import fc from "fast-check";
import { expect, test } from "vitest";
import { CONTROL, destinationOf, EXTENSION, parsePacket, writeControl } from "./packet.ts";

/** draft-sharabayko-srt-01, table 1 and section 3.2.1.1. */
test("types and extensions have the draft's numbers", () => {
  expect(CONTROL).toEqual({
    ...{ handshake: 0, keepAlive: 1, ack: 2, nak: 3, congestionWarning: 4, shutdown: 5 },
    ...{ ackAck: 6, dropRequest: 7, peerError: 8, userDefined: 0x7fff },
  });
  expect(EXTENSION).toEqual({
    ...{ handshakeRequest: 1, handshakeResponse: 2, keyMaterialRequest: 3 },
    ...{ keyMaterialResponse: 4, streamId: 5, congestion: 6, filter: 7, group: 8 },
  });
});

test("a control packet is written field by field, and read back", () => {
  const fields = { timestampUs: 2 ** 32 + 258.9, destination: 0xa0b0c0d0 };
  const full = writeControl(
    { type: CONTROL.userDefined, subtype: 0x1234, info: -2, ...fields },
    Buffer.of(1, 2, 3),
  );
  expect(full.toString("hex")).toBe("ffff1234fffffffe00000102a0b0c0d0010203");
  const bare = writeControl({ type: CONTROL.ack, ...fields }, Buffer.alloc(0));
  expect(bare.toString("hex")).toBe("800200000000000000000102a0b0c0d0");
  expect(parsePacket(full)).toEqual({
    ...{ kind: "control", type: 0x7fff, subtype: 0x1234, info: 0xfffffffe },
    body: Buffer.of(1, 2, 3),
  });
  expect(destinationOf(full)).toBe(0xa0b0c0d0);
  expect(destinationOf(bare)).toBe(0xa0b0c0d0);
  expect(destinationOf(bare.subarray(0, 15))).toBeUndefined();
});

test("a data packet's sequence number and key are their bits alone", () => {
  const rest = fc.nat(2 ** 27 - 1);
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.nat(7), fc.nat(3), rest, (sequence, high, key, low) => {
      const packet = Buffer.alloc(18, 7);
      packet.writeUInt32BE(sequence, 0);
      packet.writeUInt32BE(high * 2 ** 29 + key * 2 ** 27 + low, 4);
      const payload = packet.subarray(16);
      expect(parsePacket(packet)).toEqual({ kind: "data", sequence, key, payload });
    }),
  );
});
