import type { CompiledPolicy } from "../compile/compile-policy.ts";
import { type IpRange, parseIpAddress, parseIpRange, rangeHolds } from "../compile/parse-ip.ts";
import { type Caller, guardsOfCondition, outsider, unnamedOf } from "./callers.ts";

/** The account of those outside. */
const OUTSIDER = "999999999999";

/**
 * Keys that callers can't choose, with an outsider's value. Source: S3 user guide, "Blocking public
 * access", the meaning of "public", and IAM's global condition keys.
 */
const OUTSIDERS_KEYS = {
  "aws:SourceArn": "arn:aws:s3:::outsiders-bucket",
  "aws:SourceAccount": OUTSIDER,
  "aws:SourceOwner": OUTSIDER,
  "aws:SourceOrgID": "o-outsider00",
  "aws:SourceOrgPaths": "o-outsider00/r-0000/ou-0000-outsider/",
  "aws:SourceVpc": "vpc-00000000000000000",
  "aws:SourceVpce": "vpce-00000000000000000",
  "aws:VpceAccount": OUTSIDER,
  "aws:VpceOrgID": "o-outsider00",
  "aws:VpceOrgPaths": "o-outsider00/r-0000/ou-0000-outsider/",
  "aws:PrincipalOrgID": "o-outsider00",
  "aws:PrincipalOrgPaths": "o-outsider00/r-0000/ou-0000-outsider/",
  "aws:userid": "AIDAOUTSIDEROUTSIDER0",
  "kms:CallerAccount": OUTSIDER,
  "kms:ViaService": "outsider.us-east-1.amazonaws.com",
  "s3:DataAccessPointArn": `arn:aws:s3:us-east-1:${OUTSIDER}:accesspoint/outsider`,
  "s3:DataAccessPointAccount": OUTSIDER,
  "s3:x-amz-server-side-encryption-aws-kms-key-id": `arn:aws:kms:us-east-1:${OUTSIDER}:key/o`,
};
/** Larger ranges of addresses count as public. Source: S3 user guide, the same page. */
const RANGE_BITS_MIN = { 4: 8, 16: 32 } as const;
/** RFC 5737 and 3849: addresses of nobody. */
const OUTSIDERS_ADDRESSES = ["192.0.2.77", "198.51.100.77", "203.0.113.77", "2001:db8:77::77"];

/**
 * The callers that no policy of a resource means when it means somebody. `known` has the keys,
 * lower-cased, whose values aren't the callers'.
 */
export function outsidersOf(
  policies: readonly CompiledPolicy[],
  known: ReadonlySet<string> = new Set(),
): readonly Caller[] {
  const chosen = Object.entries(OUTSIDERS_KEYS).filter(([key]) => !known.has(key.toLowerCase()));
  const guards = guardsOfCondition({
    StringEqualsIfExists: Object.fromEntries(chosen),
    IpAddressIfExists: { "aws:SourceIp": outsidersAddresses(policies) },
  });
  const anonymous = outsider({ kind: "anonymous" }, undefined);
  return [...unnamedOf(OUTSIDER), anonymous].map((caller) => ({
    ...caller,
    guards: [...caller.guards, ...guards],
  }));
}

/** Addresses outside of every small range that the policies name, and one of each large range. */
function outsidersAddresses(policies: readonly CompiledPolicy[]): readonly string[] {
  const conditions = policies.flatMap(({ statements }) =>
    statements.flatMap(({ written }) => written.conditions),
  );
  const written = conditions
    .filter(({ operator }) => /ipaddress/i.test(operator))
    .flatMap(({ values }) => values);
  const small = written.map(parseIpRange).filter((range) => range !== undefined && !isLarge(range));
  const large = written.filter((text) => {
    const range = parseIpRange(text);
    return range !== undefined && isLarge(range);
  });
  const free = OUTSIDERS_ADDRESSES.filter((text) => {
    const address = parseIpAddress(text);
    return address && !small.some((range) => range !== undefined && rangeHolds(range, address));
  });
  return [...free, ...large];
}

function isLarge({ address, prefixLength }: IpRange): boolean {
  return prefixLength < (address.length === 4 ? RANGE_BITS_MIN[4] : RANGE_BITS_MIN[16]);
}
