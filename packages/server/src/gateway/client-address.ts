import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { isLoopback } from "../kernel/loopback.ts";

/** Proxies in a chain; entries before these aren't read. */
const HOPS_MAX = 32;

/** The client as policies see it, even through a trusted proxy. */
export interface Client {
  readonly address: string;
  readonly scheme: "http" | "https";
  /** Whether nobody else can read the request: `aws:SecureTransport`. */
  readonly isSecure: boolean;
}

/** Finds the client of a connection: the peer, or the address that a trusted proxy reports. */
export class ClientAddresses {
  readonly #trusted = new BlockList();
  readonly #trustsAny: boolean;
  readonly #plainIsSecure: boolean;

  /**
   * `trustedProxies`: addresses and blocks such as `10.0.0.0/8`. `plainIsSecure`: so is plain HTTP,
   * unless a trusted proxy sends it, whose own client may be anywhere.
   */
  constructor(trustedProxies: readonly string[], plainIsSecure = false) {
    this.#plainIsSecure = plainIsSecure;
    this.#trustsAny = trustedProxies.length > 0;
    for (const entry of trustedProxies) {
      const [address = "", prefix] = entry.split("/");
      const family = familyOf(address);
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  /**
   * Each proxy appends its peer to `X-Forwarded-For`, so the list is read from its end, as far as
   * proxies are trusted: everything before that may be made up by the client.
   */
  of(peer: string, forwardedFor: string | undefined): string {
    const plainPeer = plainAddress(peer);
    if (!this.#trustsAny || forwardedFor === undefined || !this.#isTrusted(plainPeer))
      return plainPeer;
    let client = plainPeer;
    for (const hop of forwardedFor.split(",").reverse().slice(0, HOPS_MAX)) {
      const address = plainAddress(withoutPort(hop.trim()));
      // Only a peer on this machine may report a loopback address.
      if (isIP(address) === 0 || (isLoopback(address) && !isLoopback(plainPeer))) break;
      client = address;
      if (!this.#isTrusted(client)) break;
    }
    return client;
  }

  /** The client of a request: its address, its scheme, and whether it is secure. */
  clientOf({ socket, headers }: IncomingMessage): Client {
    const peer = socket.remoteAddress ?? "";
    const forwardedFor = headers["x-forwarded-for"];
    const proto = headers["x-forwarded-proto"];
    const isProxy = this.isProxy(peer);
    const isHttps = isProxy && proto !== undefined ? proto === "https" : isEncrypted(socket);
    return {
      address: this.of(peer, forwardedFor === undefined ? undefined : String(forwardedFor)),
      scheme: isHttps ? "https" : "http",
      isSecure: isHttps || (this.#plainIsSecure && !isProxy),
    };
  }

  /** Whether the peer is a trusted proxy, which may have many clients. */
  isProxy(peer: string): boolean {
    return this.#trustsAny && this.#isTrusted(plainAddress(peer));
  }

  #isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, familyOf(address));
  }
}

/** TLS's sockets have a member that others lack. */
function isEncrypted(socket: IncomingMessage["socket"]): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** Some proxies write `203.0.113.7:4711` and `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

/**
 * Normalizes an address for policies with `aws:SourceIp`: `::ffff:127.0.0.1` is an IPv4 address,
 * and the zone of `fe80::1%eth0` is a local name of the link, not part of the address (RFC 4007).
 */
function plainAddress(address: string): string {
  const zone = address.indexOf("%");
  const withoutZone = zone < 0 ? address : address.slice(0, zone);
  return withoutZone.startsWith("::ffff:") ? withoutZone.slice("::ffff:".length) : withoutZone;
}
