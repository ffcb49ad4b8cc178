import type { WireResponse } from "@rolecast/wire";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import { foreignPage, type PageGuard } from "./page-guard.ts";
import type { RegisteredService } from "./registered-service.ts";

/** How long browsers may cache a preflight's answer. */
const PREFLIGHT_MAX_AGE_SECONDS = 300;
const ALLOW_ORIGIN = "access-control-allow-origin";
const METHODS = "GET, POST, PUT, DELETE, HEAD";
const EXPOSED = "x-amzn-requestid, x-amzn-errortype, x-amz-request-id, etag";

/**
 * Answers a browser's preflight; resolves with undefined if `request` isn't one. Rejects as the
 * service does, or with AccessDenied if the page's origin may not use the APIs.
 */
export async function preflight(
  request: PlainRequest,
  { service }: RegisteredService,
  pages: PageGuard,
): Promise<PlainResponse | undefined> {
  if (request.method !== "OPTIONS") return undefined;
  if (service.preflight) return service.preflight(request);
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  if (!pages.allowsOrigin(request)) throw foreignPage(origin);
  return {
    status: 204,
    headers: {
      [ALLOW_ORIGIN]: origin,
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
      vary: "Origin",
    },
    body: undefined,
  };
}

/**
 * Adds the headers that let pages of other origins read a response: for S3 as the bucket's CORS
 * configuration says, for other services if the page's origin may use the APIs.
 */
export async function shownToPage(
  response: WireResponse,
  request: PlainRequest,
  { service }: RegisteredService,
  pages: PageGuard,
): Promise<WireResponse> {
  const { origin } = request.headers;
  if (origin === undefined) return response;
  const { [ALLOW_ORIGIN]: _, ...headers } = response.headers;
  if (service.corsHeaders)
    return { ...response, headers: { ...headers, ...(await service.corsHeaders(request)) } };
  const allowed = pages.allowsOrigin(request)
    ? { "access-control-expose-headers": EXPOSED, ...headers, [ALLOW_ORIGIN]: origin }
    : headers;
  return { ...response, headers: { ...allowed, vary: "Origin" } };
}
