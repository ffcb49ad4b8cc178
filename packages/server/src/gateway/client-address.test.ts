import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { ClientAddresses } from "./client-address.ts";

const PROXIES = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"];

test.each<[string, readonly string[], string, string | undefined, string]>([
  ["nobody is trusted", [], "10.0.0.1", "203.0.113.7", "10.0.0.1"],
  ["the peer isn't trusted", PROXIES, "198.51.100.9", "203.0.113.7", "198.51.100.9"],
  ["a proxy says nothing", PROXIES, "10.0.0.1", undefined, "10.0.0.1"],
  ["a proxy names its client", PROXIES, "10.0.0.1", "203.0.113.7", "203.0.113.7"],
  [
    "the listener is one of both families",
    PROXIES,
    "::ffff:10.0.0.1",
    "2001:db8::7",
    "2001:db8::7",
  ],
  ["a client invents hops before it", PROXIES, "10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"],
  ["proxies stand in a row", PROXIES, "10.0.0.1", "203.0.113.7,192.0.2.1,fd00::1", "203.0.113.7"],
  ["all are proxies", PROXIES, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["there are ports", PROXIES, "10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"],
  ["there is a port", PROXIES, "10.0.0.1", "203.0.113.7:4711", "203.0.113.7"],
  ["the peer is on this link", [], "fe80::1%eth0", undefined, "fe80::1"],
  ["a proxy on this link is trusted", ["fe80::/10"], "fe80::1%eth0", "203.0.113.7", "203.0.113.7"],
  ["a proxy names a client on its link", PROXIES, "10.0.0.1", "fe80::1%eth0", "fe80::1"],
  ["what is named is no address", PROXIES, "10.0.0.1", "unknown", "10.0.0.1"],
  ["the next hop is none", PROXIES, "10.0.0.1", "evil, 10.0.0.2", "10.0.0.2"],
  ["a far proxy claims this machine", PROXIES, "10.0.0.1", "127.0.0.1", "10.0.0.1"],
  ["this machine's proxy names itself", ["127.0.0.1"], "127.0.0.1", "127.0.0.1", "127.0.0.1"],
  ["this machine's proxy names a client", ["127.0.0.1"], "127.0.0.1", "1.2.3.4", "1.2.3.4"],
])("where %s", (_case, trusted, peer, forwardedFor, client) => {
  expect(new ClientAddresses(trusted).of(peer, forwardedFor)).toBe(client);
});

type Encryption = "tls" | "plain";

test.each<[string, string, Encryption, string | undefined, string, boolean, boolean]>([
  ["a trusted proxy", "10.0.0.1", "plain", "https", "https", true, true],
  ["a trusted proxy that got plain HTTP", "10.0.0.1", "tls", "http", "http", false, false],
  ["a trusted proxy that says nothing", "10.0.0.1", "plain", undefined, "http", false, false],
  ["a trusted proxy that says nothing, by TLS", "10.0.0.1", "tls", undefined, "https", true, true],
  ["anybody on this machine", "::ffff:127.0.0.1", "plain", "https", "http", false, true],
  ["anybody on this machine, by TLS", "127.0.0.1", "tls", "http", "https", true, true],
])("%s says what the client spoke", (_case, peer, by, proto, scheme, isSecure, isSecureHere) => {
  const socket = { remoteAddress: peer, ...(by === "tls" ? { encrypted: true } : {}) };
  const headers = proto === undefined ? {} : { "x-forwarded-proto": proto };
  const incoming = { socket, headers } as unknown as IncomingMessage;
  for (const [plainIsSecure, expected] of [
    [false, isSecure],
    [true, isSecureHere],
  ] as const)
    expect(new ClientAddresses(PROXIES, plainIsSecure).clientOf(incoming)).toMatchObject({
      scheme,
      isSecure: expected,
    });
});
