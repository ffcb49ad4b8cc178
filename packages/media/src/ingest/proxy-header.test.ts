import { expect, test } from "vitest";
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from "./proxy-header.ts";

const SIGNATURE = "0d0a0d0a000d0a515549540a";

/** A header of version 2 of its bytes 12 and 13, and of what follows the length. */
function v2(versionAndCommand: number, family: number, rest: string, length?: number): Buffer {
  const body = Buffer.from(rest.replaceAll(" ", ""), "hex");
  const head = Buffer.from([versionAndCommand, family, 0, 0]);
  head.writeUInt16BE(length ?? body.length, 2);
  return Buffer.concat([Buffer.from(SIGNATURE, "hex"), head, body]);
}

const V4 = "cb007107 0a000005 9c40 078f";
const V6 = "20010db8000000000000000000000007 20010db8000000000000000000000001 9c40 078f";
const MAPPED = "00000000000000000000ffffcb007107 20010db8000000000000000000000001 9c40 078f";
/** A TLV of a type of the application's own, of three bytes. */
const TLV = "e0 0003 010203";

const v1 = (line: string) => Buffer.from(`PROXY ${line}\r\n`);

test.each([
  ["TCP4", v1("TCP4 203.0.113.7 10.0.0.5 40000 1935"), "203.0.113.7"],
  ["TCP6", v1("TCP6 2001:DB8:0::7 2001:db8::1 40000 1935"), "2001:db8::7"],
  ["an IPv4 address in IPv6", v1("TCP6 ::ffff:203.0.113.7 ::1 1 2"), "203.0.113.7"],
  ["an unknown client", v1("UNKNOWN"), undefined],
  ["an unknown client's addresses", v1("UNKNOWN ffff::1 ffff::2 1 2"), undefined],
  ["version 2, IPv4", v2(0x21, 0x11, V4), "203.0.113.7"],
  ["version 2, IPv6", v2(0x21, 0x21, V6), "2001:db8:0:0:0:0:0:7".replace(":0:0:0:0:0", ":")],
  ["version 2, an IPv4 address in IPv6", v2(0x21, 0x21, MAPPED), "203.0.113.7"],
  ["version 2 with more", v2(0x21, 0x11, V4 + TLV), "203.0.113.7"],
  ["the proxy's own check of health", v2(0x20, 0x00, ""), undefined],
  ["the same with addresses", v2(0x20, 0x11, V4), undefined],
  ["no family", v2(0x21, 0x00, TLV), undefined],
  ["a Unix socket", v2(0x21, 0x31, "00".repeat(216)), undefined],
])("reads %s, in any pieces", (_name, header, address) => {
  const stream = Buffer.concat([header, Buffer.of(3, 0, 0)]);
  const whole = { kind: "whole", bytes: header.length, address };
  expect(readProxyHeader(stream)).toEqual(whole);
  expect(readProxyHeader(header)).toEqual(whole);
  for (let length = 0; length < header.length; length += 1)
    expect(readProxyHeader(stream.subarray(0, length))).toEqual({ kind: "unfinished" });
});

test.each([
  ["no end", Buffer.from(`PROXY ${"x".repeat(200)}`), "has no end within 107 bytes"],
  ["a late end", v1(`UNKNOWN ${"x".repeat(100)}`), "has no end within 107 bytes"],
  ["no family", v1("203.0.113.7 10.0.0.5 1 2"), "names no addresses"],
  ["another family", v1("UDP4 203.0.113.7 10.0.0.5 1 2"), "names no addresses"],
  ["a name", v1("TCP4 localhost 10.0.0.5 1 2"), "names no addresses"],
  ["the other family's address", v1("TCP4 ::1 ::1 1 2"), "names no addresses"],
  ["a port too many", v1("TCP4 203.0.113.7 10.0.0.5 1 2 3"), "names no addresses"],
  ["no such port", v1("TCP4 203.0.113.7 10.0.0.5 1 65536"), "names no addresses"],
  ["two spaces", v1("TCP4  203.0.113.7 10.0.0.5 1 2"), "names no addresses"],
  ["version 3", v2(0x31, 0x11, V4), "has the version 3 and command 1"],
  ["command 2", v2(0x22, 0x11, V4), "has the version 2 and command 2"],
  ["half an address", v2(0x21, 0x11, "cb007107"), "is too short for its addresses"],
  ["much too long", v2(0x21, 0x11, V4, 0xffff), `has 65551 bytes; ${PROXY_HEADER_BYTES_MAX}`],
])("refuses a header with %s", (_name, header, reason) => {
  const expected = { kind: "wrong", reason: expect.stringContaining(`the PROXY header ${reason}`) };
  expect(readProxyHeader(header)).toEqual(expected);
});

test.each([
  ["RTMP", Buffer.of(3, 0, 0, 0)],
  ["TLS", Buffer.of(0x16, 3, 1)],
  ["another word", Buffer.from("PROXIES ")],
  ["a request", Buffer.from("POST / HTTP/1.1\r\n")],
  ["lines' ends alone", Buffer.from("\r\n\r\n\r\n")],
])("takes %s for what it is", (_name, bytes) => {
  expect(readProxyHeader(bytes)).toEqual({ kind: "none" });
});
