import { networkInterfaces } from "node:os";
import { type IpAddress, type IpRange, parseIpRange, rangeHolds } from "@rolecast/policy";
import { addressBytes, reachOf } from "./address-reach.ts";
import { OutgoingError } from "./outgoing-error.ts";

/** An entry of the setting `outgoing`: a host or a block of addresses, on one port or on all. */
interface Listed {
  readonly host: string;
  readonly range: IpRange | undefined;
  readonly port: number | undefined;
}

export interface OutgoingSettings {
  /** The setting `outgoing`. */
  readonly allowed: readonly string[];
  /** Only this machine reaches the server, so its callers may reach this machine too. */
  readonly isBoundToLoopback: boolean;
  /** The ports on which the server itself listens, once it does. */
  readonly ownPorts: () => readonly number[];
  /** URLs under which others reach the server. */
  readonly ownUrls: () => readonly string[];
}

/** Decides where a request may go that a caller, not the operator, has named. */
export class OutgoingRules {
  readonly #settings: OutgoingSettings;
  readonly #listed: readonly Listed[];

  constructor(settings: OutgoingSettings) {
    this.#settings = settings;
    this.#listed = settings.allowed.map(parseOutgoing).filter((entry) => entry !== undefined);
  }

  /**
   * Reads a URL, and judges it as far as that needs no lookup of its host's addresses. Throws
   * OutgoingError. A URL's host is canonical: no other form of an IPv4 address is left in it.
   */
  check(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
      throw new OutgoingError("it is no URL of http or https");
    if (url.username !== "" || url.password !== "")
      throw new OutgoingError("it has a user or a password before the host");
    if (this.#settings.ownUrls().some((own) => isSameHost(own, url))) throw ownAddress();
    const host = hostOf(url);
    const literal = addressBytes(host);
    if (literal) this.judge(literal, url);
    else if (host === "localhost" || host.endsWith(".localhost")) this.judge([127, 0, 0, 1], url);
    return url;
  }

  /** Throws OutgoingError where nothing may be sent to this address for this URL. */
  judge(address: IpAddress, url: URL): void {
    const reach = reachOf(address);
    if (reach === "never")
      throw new OutgoingError(
        "its address is link-local, multicast, unspecified or a cloud's metadata",
      );
    const port = portOf(url);
    if (this.#settings.ownPorts().includes(port) && isOwn(address, reach)) throw ownAddress();
    if (reach === "public" || this.#settings.isBoundToLoopback) return;
    if (this.#listed.some((entry) => isListed(entry, address, hostOf(url), port))) return;
    const whose = reach === "loopback" ? "this machine's" : "private";
    throw new OutgoingError(`its address is ${whose}, and the setting outgoing doesn't list it`);
  }
}

/** `10.0.0.0/8`, `hooks.internal`, `[fd00::1]:8080`; undefined for what is none of them. */
export function parseOutgoing(entry: string): Listed | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:./]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const whole = bracketed ?? plain;
  if (whole === undefined) {
    const range = parseIpRange(entry);
    return range && { host: entry, range, port: undefined };
  }
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const range = parseIpRange(whole);
  const host = whole.toLowerCase().replace(/\.$/, "");
  if (!range && bracketed !== undefined) return undefined;
  if (!range && !/^(?=.*[a-z])[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/.test(host)) return undefined;
  return { host, range, port };
}

function isListed(entry: Listed, address: IpAddress, host: string, port: number): boolean {
  if (entry.port !== undefined && entry.port !== port) return false;
  return entry.range ? rangeHolds(entry.range, address) : entry.host === host;
}

/** True if this machine has the address. */
function isOwn(address: IpAddress, reach: string): boolean {
  if (reach === "loopback") return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => addressBytes(own?.address ?? "")?.join() === address.join());
}

function isSameHost(own: string, url: URL): boolean {
  if (!URL.canParse(own)) return false;
  const parsed = new URL(own);
  return hostOf(parsed) === hostOf(url) && portOf(parsed) === portOf(url);
}

function ownAddress(): OutgoingError {
  return new OutgoingError("it leads to this server itself");
}

/** Without the brackets of IPv6 and the dot at a name's end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}
