import { expect, test } from "vitest";
import { parseIpAddress, parseIpRange, rangeHolds } from "./parse-ip.ts";

const bitsOf = (address: readonly number[]) =>
  address.map((byte) => byte.toString(2).padStart(8, "0")).join("");

/** An address with one bit turned, counted from the left. */
function turned(address: readonly number[], bit: number): readonly number[] {
  return address.map((byte, index) => (index === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
}

/** The bits up to the length, then zeros, in IPv6's notation. */
function network(address: readonly number[], length: number): string {
  const bits = bitsOf(address).slice(0, length).padEnd(128, "0");
  const groups = bits.match(/.{16}/g) ?? [];
  return groups.map((group) => Number.parseInt(group, 2).toString(16)).join(":");
}

test.each(["203.0.113.170", "2001:db8:a5:5a:ff00:1:2:3"])(
  "a range around %s holds what has its bits, of any length",
  (text) => {
    const address = parseIpAddress(text) ?? [];
    const isV6 = text.includes(":");
    const width = isV6 ? 128 : 32;
    for (let length = 0; length <= width; length += 1) {
      const written = isV6 ? network(address, length) : text;
      const range = parseIpRange(`${written}/${length}`);
      if (range === undefined) throw new Error(`${written}/${length} is no range`);
      expect(rangeHolds(range, address)).toBe(true);
      for (let bit = 0; bit < width; bit += 1)
        expect(rangeHolds(range, turned(address, bit)), `/${length}, ${bit}`).toBe(bit >= length);
    }
    expect(parseIpRange(`${text}/${width + 1}`)).toBeUndefined();
    // Only IPv4's may have bits after the prefix.
    expect(parseIpRange(`${text}/${width - 1}`) === undefined).toBe(isV6);
  },
);
