import { bucketFromHost, parseQuery, s3Addressing, type WireRequest } from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";
import { readsByName } from "../kernel/ports/call-audit.ts";
import type { PlainRequest } from "../kernel/service.ts";
import { isLoopbackName } from "./own-hosts.ts";
import type { LoadedService, RegisteredService } from "./registered-service.ts";

/** A page whose origin the browser didn't send. */
const UNSTATED = Symbol("a page of an origin that isn't sent");
/** Not a page: a typed address, a bookmark, a link in an e-mail, and their redirects. */
const OPENED = Symbol("an address that was opened");

type Page = string | typeof UNSTATED | typeof OPENED;

export interface PageGuardOptions {
  /** Whether the root key is the well-known one, so that any page could sign with it. */
  readonly active: boolean;
  /** Origins that may use the APIs beside those on loopback. */
  readonly allowedOrigins: readonly string[];
  readonly s3Hosts: readonly string[];
}

type AnyRequest = PlainRequest & WireRequest;

/**
 * Keeps pages of other sites from using a server whose root key is `test`: a browser's request for
 * a page is refused unless the page is on this machine, its origin is in the setting
 * `allowedOrigins`, or the requested bucket's CORS rules admit it. Programs' requests pass.
 */
export class PageGuard {
  readonly #options: PageGuardOptions;
  readonly #allowed: ReadonlySet<string>;

  constructor(options: PageGuardOptions) {
    this.#options = options;
    this.#allowed = new Set(options.allowedOrigins);
  }

  /**
   * Rejects with AccessDenied; returns undefined if the request passes without a wait. Preflights
   * are answered by `allowsOrigin` and don't come here.
   */
  check(request: AnyRequest, registered: RegisteredService | undefined): Promise<void> | undefined {
    const page = this.#options.active ? this.#pageOf(request) : undefined;
    if (page === undefined || this.#allows(page, request)) return undefined;
    return this.#judge(page, request, registered);
  }

  async #judge(
    page: Page,
    request: AnyRequest,
    registered: RegisteredService | undefined,
  ): Promise<void> {
    if (page === OPENED) {
      if (registered === undefined || (await this.#onlyReads(request, registered))) return;
      throw changeByLink();
    }
    if (registered && (await this.#bucketAdmits(request, registered))) return;
    if (registered && (await this.#embeds(request, registered))) return;
    throw foreignPage(page === UNSTATED ? undefined : page);
  }

  /** Whether a page of the request's origin may use the APIs, and read their answers. */
  allowsOrigin(request: PlainRequest): boolean {
    const { origin } = request.headers;
    return origin !== undefined && (!this.#options.active || this.#allows(origin, request));
  }

  /** Returns undefined for a program's request. */
  #pageOf(request: AnyRequest): Page | undefined {
    const { headers } = request;
    const { origin, "sec-fetch-site": site } = headers;
    if (origin !== undefined) return origin;
    if (site === "none") return OPENED;
    if (site === "same-origin") return ownOrigin(request);
    if (site !== undefined) return UNSTATED;
    // Browsers send the origin with every POST. Test runners send their browser's User-Agent.
    const isBrowsers = headers["user-agent"]?.startsWith("Mozilla/") === true;
    if (!isBrowsers || !isRead(request)) return undefined;
    // A browser, over plain HTTP, to a name other than localhost. Another site's page can't make it
    // send Authorization without a preflight.
    const isSigned = headers.authorization?.startsWith("AWS") === true;
    const isOwn = isSigned || this.#bucketOf(request) !== undefined;
    return isOwn ? ownOrigin(request) : UNSTATED;
  }

  #allows(page: Page, { headers }: PlainRequest): boolean {
    if (typeof page !== "string") return false;
    if (this.#allowed.has(page)) return true;
    const url = parsed(page);
    if (url?.origin !== page || !/^https?:$/.test(url.protocol)) return false;
    const own = parsed(`${url.protocol}//${headers.host}`);
    // Anybody may have uploaded the page that runs at a bucket's own host name.
    if (url.port === own?.port && bucketFromHost(url.host, this.#options.s3Hosts) !== undefined)
      return false;
    return url.host === own?.host || isLoopbackName(url.hostname.replace(/^\[|\]$/g, ""));
  }

  /**
   * Whether the bucket's CORS rules admit the request. They cover its objects and reads of its
   * configuration, but no changes of that, and no buckets that objects are copied from. Pages at
   * the bucket's own host name may read whatever is public.
   */
  async #bucketAdmits(request: AnyRequest, { service }: RegisteredService): Promise<boolean> {
    if (!service.corsHeaders) return false;
    const { method, headers } = request;
    const isOtherSite = !["same-origin", undefined].includes(headers["sec-fetch-site"]);
    if (isRead(request) && !request.isSigned && !isOtherSite && headers.origin === undefined)
      return true;
    if (headers["x-amz-copy-source"] !== undefined) return false;
    const { key } = s3Addressing(request, this.#bucketOf(request));
    if (key === undefined && !isRead(request) && method !== "POST") return false;
    return (await service.corsHeaders(request)) !== undefined;
  }

  /**
   * Whether pages of all sites may embed the operation's answer, as a picture or film. A page at
   * the bucket's own host name could read it as well.
   */
  async #embeds(request: AnyRequest, registered: RegisteredService): Promise<boolean> {
    const { origin, "sec-fetch-site": site } = request.headers;
    if (origin !== undefined || site === "same-origin" || !isRead(request)) return false;
    const loaded = await registered.load();
    const { operations } = loaded;
    const name = this.#operationOf(request, loaded);
    return Object.hasOwn(operations, name) && operations[name]?.embeddable === true;
  }

  /**
   * Whether the operation only reads: query protocols accept changes by GET, which any link sends.
   */
  async #onlyReads(request: AnyRequest, registered: RegisteredService): Promise<boolean> {
    if (!isRead(request)) return true;
    const name = this.#operationOf(request, await registered.load());
    return readsByName(name) || registered.service.audit?.readOnly?.includes(name) === true;
  }

  /** The name of the requested operation; empty if the service has none such. */
  #operationOf(request: AnyRequest, { service: { definition }, wire }: LoadedService): string {
    const form = definition.protocol === "awsQuery" ? parseQuery("") : undefined;
    const addressing = definition.s3Addressing
      ? s3Addressing(request, this.#bucketOf(request))
      : undefined;
    return wire.match(request, form, addressing)?.name ?? "";
  }

  #bucketOf({ headers }: PlainRequest): string | undefined {
    return bucketFromHost(headers.host, this.#options.s3Hosts);
  }
}

/** AccessDenied, with a message for the page's author. */
export function foreignPage(origin: string | undefined): AwsError {
  const who =
    origin === undefined
      ? "A page of another site"
      : `A page of the origin ${JSON.stringify(origin.slice(0, 255))}`;
  return new AwsError(
    "AccessDenied",
    `${who} may not use this server while its root key is "test". Put the page's origin into the setting allowedOrigins, or into the CORS rules of the bucket that it reads.`,
    { status: 403 },
  );
}

function changeByLink(): AwsError {
  return new AwsError(
    "AccessDenied",
    'An address that is opened in a browser may change nothing while the root key is "test". Send the request from a program, signed in its header Authorization.',
    { status: 403 },
  );
}

function isRead({ method }: PlainRequest): boolean {
  return method === "GET" || method === "HEAD";
}

/** The origin of the host itself: what a browser calls the same origin. */
function ownOrigin({ scheme, headers }: PlainRequest): string | typeof UNSTATED {
  return parsed(`${scheme}://${headers.host}`)?.origin ?? UNSTATED;
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
