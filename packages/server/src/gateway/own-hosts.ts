import { isIP } from "node:net";
import { bucketFromHost } from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";
import { isLoopback } from "../kernel/loopback.ts";

/**
 * Names by which containers reach this machine's loopback address. They can't be registered: the
 * top-level domain `internal` is reserved for private use (ICANN, 2024).
 */
const CONTAINER_HOSTS: readonly string[] = [
  "host.docker.internal",
  "gateway.docker.internal",
  "host.containers.internal",
];
/** `HOST` or `HOST:PORT`, with IPv6 addresses in brackets. */
const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/;

export interface OwnHostsOptions {
  /** Whether the server accepts connections from this machine only. */
  readonly onLoopback: boolean;
  /** S3's host names; those of buckets and websites are below them. */
  readonly s3Hosts: readonly string[];
  /** URLs under which this server is reached, and origins that may use it. */
  readonly urls: readonly (string | undefined)[];
  /** Whether a host is AWS's own name of a service that is here. */
  readonly isAwsHost: (host: string) => boolean;
}

/**
 * Checks the host names by which a server on loopback is reached. Any other name was pointed here
 * by a web page (DNS rebinding), whose browser would take this server for the page's own.
 */
export class OwnHosts {
  readonly #options: OwnHostsOptions;
  readonly #named: ReadonlySet<string>;
  /** The last name that was accepted: most clients always use the same. */
  #lastOwn: string | undefined;

  constructor(options: OwnHostsOptions) {
    this.#options = options;
    const named = options.urls.flatMap((url) => (url === undefined ? [] : (hostnameOf(url) ?? [])));
    this.#named = new Set([...CONTAINER_HOSTS, ...named]);
  }

  /** Throws HostNotAllowed. Requests without a Host don't come from a browser and pass. */
  check(host: string | undefined): void {
    if (!this.#options.onLoopback || host === undefined || host === this.#lastOwn) return;
    if (this.#isOwn(host.toLowerCase())) {
      this.#lastOwn = host;
      return;
    }
    throw new AwsError(
      "HostNotAllowed",
      `This server listens on a loopback address, and ${JSON.stringify(host.slice(0, 255))} isn't a name of it. To use it under that name, put its URL into the setting publicBaseUrl or its origin into allowedOrigins.`,
      { status: 403 },
    );
  }

  #isOwn(host: string): boolean {
    const [, v6, written = ""] = HOST.exec(host) ?? [];
    if (v6 !== undefined) return isIP(v6) === 6;
    const name = written.replace(/\.$/, "");
    if (isIP(name) === 4 || isLoopbackName(name) || this.#named.has(name)) return true;
    const { s3Hosts, isAwsHost } = this.#options;
    return s3Hosts.includes(name) || bucketFromHost(name, s3Hosts) !== undefined || isAwsHost(name);
  }
}

/** `localhost` and all names below it, which lead to loopback everywhere (RFC 6761, 6.3). */
export function isLoopbackName(name: string): boolean {
  return isLoopback(name) || name.endsWith(".localhost");
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
