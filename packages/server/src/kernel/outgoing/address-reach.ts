import { type IpAddress, parseIpAddress, parseIpRange, rangeHolds } from "@rolecast/policy";

/**
 * How far an address is away. `never` is what no request of a caller's may go to, whatever the
 * settings: a machine's metadata and what else has no receiver of events.
 */
export type Reach = "public" | "private" | "loopback" | "never";

/** Sources: RFC 6890, RFC 4291, and the clouds' pages about instance metadata. */
const RANGES: readonly (readonly [Reach, readonly string[]])[] = [
  [
    "never",
    [
      // Unspecified, multicast, reserved and broadcast.
      ...["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8", "100::/64"],
      // Link-local, with most clouds' metadata in it, and those that have it elsewhere.
      ...["169.254.0.0/16", "fe80::/10", "fec0::/10", "fd00:ec2::/32", "fd20:ce::/32"],
      ...["100.100.100.200", "168.63.129.16", "192.0.0.192"],
      // Tunnels and translators whose far end isn't known: Teredo, local NAT64.
      ...["2001::/32", "64:ff9b:1::/48"],
    ],
  ],
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  [
    "private",
    [
      ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24"],
      ...["198.18.0.0/15", "fc00::/7"],
    ],
  ],
];

const COMPILED = RANGES.flatMap(([reach, ranges]) =>
  ranges.flatMap((text) => {
    const range = parseIpRange(text);
    return range ? [{ reach, range }] : [];
  }),
);

/**
 * Ranges whose addresses hold an IPv4 address, which is where a packet ends, and its first byte.
 */
const EMBEDDING = (
  [
    ["::/96", 12],
    ["::ffff:0:0:0/96", 12],
    ["64:ff9b::/96", 12],
    ["2002::/16", 2],
  ] as const
).flatMap(([text, at]) => {
  const range = parseIpRange(text);
  return range ? [{ range, at }] : [];
});
/** Of ISATAP's interface identifiers, before the IPv4 address. Source: RFC 5214, section 6.1. */
const ISATAP = [0x00, 0x00, 0x5e, 0xfe];

/** An address as bytes: those of IPv4 where it is mapped into IPv6. Undefined for other text. */
export function addressBytes(text: string): IpAddress | undefined {
  return parseIpAddress(text.replace(/%.*$/, ""));
}

export function reachOf(address: IpAddress): Reach {
  const found = COMPILED.find(({ range }) => rangeHolds(range, address));
  if (found) return found.reach;
  const inner = embedded(address);
  // Nobody needs a tunnel to what is near: such an address means to look like another one.
  return inner && reachOf(inner) !== "public" ? "never" : "public";
}

function embedded(address: IpAddress): IpAddress | undefined {
  const found = EMBEDDING.find(({ range }) => rangeHolds(range, address));
  if (found) return address.slice(found.at, found.at + 4);
  const isIsatap =
    address.length === 16 &&
    ISATAP.every(
      (byte, index) => byte === ((address[8 + index] ?? 0) & (index === 0 ? 0xfd : 0xff)),
    );
  return isIsatap ? address.slice(12) : undefined;
}
