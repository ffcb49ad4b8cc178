import type { WireRequest } from "@rolecast/wire";
import type { RegisteredService } from "./registered-service.ts";

/**
 * Where the query and JSON protocols have all their operations, and nothing else is but forms with
 * files for a bucket that the host names.
 */
export function isPostedToRoot({ method, rawPath, headers }: WireRequest): boolean {
  const hasFiles = headers["content-type"]?.startsWith("multipart/form-data") === true;
  return method === "POST" && rawPath === "/" && !hasFiles;
}

/**
 * Whether a request for the service that serves the server's own routes asks for an operation: it is
 * signed for one, or is the question whether it may be.
 */
export async function isOwnOperation(
  request: WireRequest,
  registered: RegisteredService,
): Promise<boolean> {
  return (
    request.method === "OPTIONS" || (await registered.load()).wire.match(request) !== undefined
  );
}

/** Only browsers tell the page that asks, or what they will do with the answer, or want HTML. */
export function isOfBrowser({ headers }: WireRequest): boolean {
  return (
    headers.origin !== undefined ||
    headers["sec-fetch-dest"] !== undefined ||
    headers.accept?.includes("text/html") === true
  );
}

export function isForm(request: WireRequest): boolean {
  return request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
}
