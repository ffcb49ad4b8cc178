import type { WireResponse } from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";
import type { PlainRequest } from "../kernel/service.ts";
import { isInertType } from "./inert-type.ts";

/*
 * The console keeps keys in its origin, and path-style S3 has the same one: docs/adr/0015.
 */

const POLICY = "content-security-policy";
const DOCUMENT_DESTINATIONS = ["document", "iframe", "frame", "embed", "object"];
/** Host names from which every browser on this machine can reach `*.s3.localhost` too. */
const LOOPBACK_HOST = /^(?:localhost|s3\.localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
/** A public name that resolves to this machine, as do all names below it. */
const LOCALSTACK_HOST = /^(?:s3\.)?localhost\.localstack\.cloud(:\d{1,5})?$/;
const BUCKET_PATH = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * Separates an answer at the console's host from the console: a browser that shows it as a document
 * gives it an opaque origin and runs no scripts, unless its type is inert. The console's own files
 * come with their policy already.
 */
export function apartFromConsole(response: WireResponse): WireResponse {
  // The headers object belongs to this answer alone: changing it is cheaper than a copy.
  const { headers } = response;
  if (headers[POLICY] !== undefined) return response;
  headers["x-content-type-options"] = "nosniff";
  if (!isInertType(headers["content-type"])) headers[POLICY] = "sandbox";
  return response;
}

/** Throws AccessDenied: a service worker would control the console's pages from then on. */
export function refuseServiceWorker({ headers }: PlainRequest): void {
  if (headers["service-worker"] === undefined) return;
  throw new AwsError(
    "AccessDenied",
    "No service worker is served at the console's host. Use the bucket's own host name.",
    { status: 403 },
  );
}

/**
 * The address at the bucket's own host name under which a browser that navigates there gets what it
 * asked for, scripts and all, without the console's origin. Undefined where the answer may stay: it
 * isn't a document that runs anything, it is signed for this host, or the name might lead nowhere.
 */
export function documentElsewhere(
  request: PlainRequest & { readonly rawQuery: string },
  { status, headers }: WireResponse,
): string | undefined {
  if (
    status !== 200 ||
    request.isSigned ||
    !isNavigation(request) ||
    isInertType(headers["content-type"])
  )
    return;
  const base = baseOf(request.headers.host ?? "");
  const [, bucket, key = ""] = BUCKET_PATH.exec(request.path) ?? [];
  if (base === undefined || bucket === undefined) return;
  const query = request.rawQuery === "" ? "" : `?${request.rawQuery}`;
  return `${request.scheme}://${bucket}.${base}/${key}${query}`;
}

/** Browsers that don't send `Sec-Fetch-Dest` still ask for HTML when they navigate. */
function isNavigation({ method, headers }: PlainRequest): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const destination = headers["sec-fetch-dest"];
  if (destination !== undefined) return DOCUMENT_DESTINATIONS.includes(destination);
  const isBrowser = headers["user-agent"]?.startsWith("Mozilla/") === true;
  return isBrowser && headers.accept?.includes("text/html") === true;
}

function baseOf(host: string): string | undefined {
  const loopback = LOOPBACK_HOST.exec(host);
  if (loopback) return `s3.localhost${loopback[1] ?? ""}`;
  const localStack = LOCALSTACK_HOST.exec(host);
  return localStack ? `s3.localhost.localstack.cloud${localStack[1] ?? ""}` : undefined;
}
