import type { OperatorFamily } from "../compile/condition-operator.ts";
import { parseDate } from "../compile/parse-date.ts";
import { type IpAddress, parseIpRange } from "../compile/parse-ip.ts";
import { parseNumber } from "../compile/parse-number.ts";

/** Families whose values fall into few classes: intervals of a line, or true and false. */
export type PointFamily = "numeric" | "date" | "ipAddress" | "bool";

const POINT_FAMILIES: ReadonlySet<OperatorFamily> = new Set<PointFamily>([
  "numeric",
  "date",
  "ipAddress",
  "bool",
]);

export function isPointFamily(family: OperatorFamily): family is PointFamily {
  return POINT_FAMILIES.has(family);
}

/** A text that is no number, no date and no address. */
const NEITHER = "x";

/**
 * Texts that stand for all: one of every interval between the values that a policy names, each of
 * these values, and one that the operators can't compare.
 */
export function pointsOf(family: PointFamily, values: readonly string[]): readonly string[] {
  switch (family) {
    case "numeric":
      return [...lineOf(values, parseNumber).map(String), NEITHER];
    case "date":
      return [...lineOf(values, parseDate).map(epochText), NEITHER];
    case "ipAddress":
      return [...addressesOf(values), NEITHER];
    case "bool":
      return ["true", "false"];
    default:
      return family satisfies never;
  }
}

/** The named numbers in order, with one below, one between each two, and one above them. */
function lineOf(
  values: readonly string[],
  parse: (text: string) => number | undefined,
): readonly number[] {
  const named = values.map(parse).filter((value) => value !== undefined);
  const ordered = [...new Set(named)].sort((one, other) => one - other);
  const [first = 0] = ordered;
  const points = [first - 1];
  for (const [index, value] of ordered.entries()) {
    const next = ordered[index + 1] ?? value + 2;
    points.push(value, value + (next - value) / 2);
  }
  return points;
}

/** Epoch seconds with a decimal point, since four digits alone are a year. */
function epochText(ms: number): string {
  return (ms / 1_000).toFixed(6);
}

const IPV6_BITS = 128n;
const MAPPED_IPV4 = "::ffff:0:0/96";

/** The first address of each interval that the ranges cut out of IPv4 and of IPv6. */
function addressesOf(values: readonly string[]): readonly string[] {
  const points = new Set(["192.0.2.1", "0.0.0.0", "2001:db8::1", "::"]);
  for (const value of [...values, MAPPED_IPV4]) {
    const range = parseIpRange(value);
    if (range === undefined) {
      continue;
    }
    const bits = BigInt(range.address.length * 8);
    const size = 1n << (bits - BigInt(range.prefixLength));
    const first = (numberOf(range.address) / size) * size;
    points.add(addressText(first, bits));
    if (first + size < 1n << bits) {
      points.add(addressText(first + size, bits));
    }
  }
  return [...points];
}

function numberOf(address: IpAddress): bigint {
  return address.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function addressText(number: bigint, bits: bigint): string {
  if (bits === IPV6_BITS) {
    const digits = number.toString(16).padStart(32, "0");
    return (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
  }
  return [24n, 16n, 8n, 0n].map((shift) => ((number >> shift) & 0xffn).toString()).join(".");
}
