import { describe, expect, test } from "vitest";
import {
  attribute,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  STUN_TYPE,
  write,
  writeBindingError,
  writeBindingSuccess,
} from "./stun-message.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

// RFC 5769, 2.1 and 2.2.
const PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";
const TRANSACTION = hex("b7e7a701bc34d686fa87dfae");
const REQUEST = hex(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf`);
const RESPONSE = hex(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`);

describe("STUN", () => {
  test("reads RFC 5769's request, and knows its password", () => {
    const message = parseStun(REQUEST);
    expect(message?.type).toBe(STUN_TYPE.bindingRequest);
    expect(message?.transactionId).toEqual(TRANSACTION);
    expect(message?.attributes.get(STUN_ATTRIBUTE.username)?.toString()).toBe("evtj:h6vY");
    expect(message && hasIntegrity(message, PASSWORD)).toBe(true);
    expect(message && hasIntegrity(message, `${PASSWORD}x`)).toBe(false);
  });

  test("writes what RFC 5769's response has", () => {
    const from = { address: "192.0.2.1", port: 32_853 };
    const software = attribute(STUN_ATTRIBUTE.software, Buffer.from("test vector"));
    // The RFC pads with spaces.
    software[software.length - 1] = 0x20;
    const mapped = RESPONSE.subarray(36, 48);
    expect(write(STUN_TYPE.bindingSuccess, TRANSACTION, [software, mapped], PASSWORD)).toEqual(
      RESPONSE,
    );
    const ours = parseStun(writeBindingSuccess(TRANSACTION, from, PASSWORD));
    expect(ours?.attributes.get(STUN_ATTRIBUTE.xorMappedAddress)).toEqual(mapped.subarray(4));
    expect(ours && hasIntegrity(ours, PASSWORD)).toBe(true);
  });

  // RFC 5769, 2.3.
  test.each([
    ["2001:db8:1234:5678:11:2233:4455:6677", "0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9"],
    ["::ffff:192.0.2.1", "0001a147 e112a643"],
  ])("says that it saw %s", (address, value) => {
    const answer = parseStun(writeBindingSuccess(TRANSACTION, { address, port: 32_853 }, PASSWORD));
    expect(answer?.attributes.get(STUN_ATTRIBUTE.xorMappedAddress)).toEqual(hex(value));
  });

  test("takes no message of which a bit is different, or a byte missing", () => {
    const fingerprintBytes = 8;
    for (let at = 0; at < REQUEST.length - fingerprintBytes; at += 1) {
      const changed = Buffer.from(REQUEST);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const message = parseStun(changed);
      expect(message === undefined || !hasIntegrity(message, PASSWORD)).toBe(true);
      expect(parseStun(REQUEST.subarray(0, at))).toBeUndefined();
    }
  });

  test("doesn't read what follows the integrity, which anybody could have added", () => {
    const [added] = [attribute(STUN_ATTRIBUTE.useCandidate, Buffer.alloc(0))];
    const bytes = Buffer.concat([REQUEST.subarray(0, -8), added ?? Buffer.alloc(0)]);
    bytes.writeUInt16BE(bytes.length - 20, 2);
    const message = parseStun(bytes);
    expect(message?.attributes.has(STUN_ATTRIBUTE.useCandidate)).toBe(false);
  });

  test("refuses in a message of its own", () => {
    const refused = parseStun(writeBindingError(TRANSACTION, 401));
    expect(refused?.type).toBe(STUN_TYPE.bindingError);
    expect(refused?.attributes.get(STUN_ATTRIBUTE.errorCode)?.subarray(0, 4)).toEqual(
      Buffer.of(0, 0, 4, 1),
    );
  });
});
