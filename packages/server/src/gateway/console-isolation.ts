import type { WireResponse } from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";
import type { PlainRequest } from "../kernel/service.ts";
import { isInertType } from "./inert-type.ts";

/*
 * The console keeps keys in its origin, and path-style S3 has the same one: docs/adr/0015.
 */

const POLICY = "content-security-policy";
const DOCUMENT_DESTINATIONS = ["document", "iframe", "frame", "embed", "object"];
/** Names with which every browser of this machine reaches `*.s3.localhost` too. */
const LOOPBACK_HOST = /^(?:localhost|s3\.localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
/** A name that is public, and leads to this machine with all that is below it. */
const LOCALSTACK_HOST = /^(?:s3\.)?localhost\.localstack\.cloud(:\d{1,5})?$/;
const BUCKET_PATH = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * An answer at the console's host as no part of the console: a browser that shows it as a document
 * gives it an origin of its own and runs no scripts, unless its type is inert. The console's files
 * bring a policy of their own.
 */
export function apartFromConsole(response: WireResponse): WireResponse {
  // Every answer has headers of its own, and a copy of them would cost more than all the rest here.
  const { headers } = response;
  if (headers[POLICY] !== undefined) return response;
  headers["x-content-type-options"] = "nosniff";
  if (!isInertType(headers["content-type"])) headers[POLICY] = "sandbox";
  return response;
}

/** A service worker would answer for the console ever after. Throws AccessDenied. */
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

/** Where browsers don't say what they will do with an answer, they still ask for HTML. */
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
