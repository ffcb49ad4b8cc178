import { type IpRange, parseIpAddress, parseIpRange, rangeHolds } from "../../compile/parse-ip.ts";
import type { CheckCode, Report } from "../finding.ts";
import type { ConditionSubject } from "../subject.ts";

/** RFC 1918, 6598, 3927, 4193, 4291; loopback addresses reach AWS as little. */
const PRIVATE_RANGES = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
  ...["127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"],
].flatMap((range) => parseIpRange(range) ?? []);

/** Ranges of addresses: private ones that `aws:SourceIp` never has, and bits that don't count. */
export function* checkIpRanges(condition: ConditionSubject): Iterable<Report> {
  const { name, read, values, place } = condition;
  if (read?.family !== "ipAddress") return;
  const ranges: IpRange[] = [];
  for (const { value, place: at } of values) {
    const exact = withoutHostBits(value);
    if (exact === undefined) continue;
    ranges.push(exact.range);
    if (exact.hasHostBits) {
      yield { code: "IMPROVE_IP_RANGE", places: [at], words: { addr: textOf(exact.range) } };
    }
  }
  const count = ranges.filter(isPrivate).length;
  if (name !== "aws:sourceip" || count === 0 || ranges.length < values.length) return;
  const all = count === ranges.length;
  const code: CheckCode = read.negated
    ? all
      ? "PRIVATE_NOT_IP_ADDRESS"
      : "PRIVATE_NOT_IP_ADDRESS_SUBSET"
    : all
      ? "PRIVATE_IP_ADDRESS"
      : "PRIVATE_IP_ADDRESS_SUBSET";
  yield { code, places: [place] };
}

function isPrivate({ address, prefixLength }: IpRange): boolean {
  return PRIVATE_RANGES.some(
    (range) => prefixLength >= range.prefixLength && rangeHolds(range, address),
  );
}

/** The range that a text stands for, with zeros where bits don't count. */
function withoutHostBits(
  value: string,
): { readonly range: IpRange; readonly hasHostBits: boolean } | undefined {
  const [written = "", digits] = value.split("/");
  const address = parseIpAddress(written);
  if (!address) return undefined;
  const bits = address.length * 8;
  const prefixLength = digits === undefined ? bits : Number(digits);
  if (!(prefixLength >= 0 && prefixLength <= bits)) return undefined;
  const kept = address.map(
    (byte, index) =>
      byte & (0xff << Math.min(8, Math.max(0, 8 - (prefixLength - index * 8)))) & 0xff,
  );
  const hasHostBits = kept.some((byte, index) => byte !== address[index]);
  return { range: { address: kept, prefixLength }, hasHostBits };
}

function textOf({ address, prefixLength }: IpRange): string {
  if (address.length === 4) return `${address.join(".")}/${prefixLength}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0)).toString(16),
  ).join(":");
  const shortest = groups.replace(/(?:^|:)0(?::0)+(?::|$)/, "::");
  return `${shortest}/${prefixLength}`;
}
