import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import type { RegisteredService } from "./service-registry.ts";

/** Browsers remember a preflight's answer this long. */
const PREFLIGHT_MAX_AGE_SECONDS = 300;
const METHODS = "GET, POST, PUT, DELETE, HEAD";
const EXPOSED = "x-amzn-requestid, x-amzn-errortype, x-amz-request-id, etag";

/** The answer to a browser's preflight; undefined when `request` is none. Rejects as the service does. */
export async function preflight(
  request: PlainRequest,
  registered: RegisteredService,
): Promise<PlainResponse | undefined> {
  const { service } = registered;
  if (request.method !== "OPTIONS") return undefined;
  if (service.preflight) {
    return { status: 200, headers: await service.preflight(request), body: undefined };
  }
  if (request.headers.origin === undefined) return undefined;
  return {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
    },
    body: undefined,
  };
}

/**
 * What a response to a page of another origin carries. Every call needs a signature, so any
 * origin may read the answers; S3 decides by the bucket's own CORS configuration.
 */
export async function crossOriginHeaders(
  request: PlainRequest,
  { service }: RegisteredService,
): Promise<Readonly<Record<string, string>>> {
  if (request.headers.origin === undefined) return {};
  if (service.corsHeaders) return (await service.corsHeaders(request)) ?? {};
  return { "access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED };
}
