import { bucketFromHost } from "@rolecast/wire";
import type { ServiceRegistry } from "./service-registry.ts";

/**
 * Tells buckets' and websites' hosts from others. It remembers the last ones: most clients use one.
 */
export class HostKinds {
  readonly #registry: ServiceRegistry;
  readonly #s3Hosts: readonly string[];
  /** The last host that isn't a bucket's, and the last that isn't a website's. */
  #lastShared: string | undefined;
  #lastOfApis: string | undefined;

  constructor(registry: ServiceRegistry, s3Hosts: readonly string[]) {
    this.#registry = registry;
    this.#s3Hosts = s3Hosts;
  }

  /**
   * A bucket's own host name is another origin: `/` is the bucket there, and other paths are keys.
   */
  isBuckets(host: string | undefined): boolean {
    if (host === undefined || host === this.#lastShared) return false;
    const isBuckets = bucketFromHost(host, this.#s3Hosts) !== undefined;
    if (!isBuckets) this.#lastShared = host;
    return isBuckets;
  }

  /** Whether a service serves no operations at this host, but a website. */
  isPlain(host = ""): boolean {
    if (host === this.#lastOfApis) return false;
    const isPlain = this.#registry.all.some(({ service }) => service.hasPlainHost?.(host));
    if (!isPlain) this.#lastOfApis = host;
    return isPlain;
  }
}
