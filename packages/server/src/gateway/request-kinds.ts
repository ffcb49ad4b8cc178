import type { WireRequest } from "@rolecast/wire";
import type { RegisteredService } from "./registered-service.ts";

/**
 * Whether the request is posted to `/`: the query and JSON protocols have all their operations
 * there. Forms with files, for a bucket that the host names, are excluded.
 */
export function isPostedToRoot({ method, rawPath, headers }: WireRequest): boolean {
  const hasFiles = headers["content-type"]?.startsWith("multipart/form-data") === true;
  return method === "POST" && rawPath === "/" && !hasFiles;
}

/**
 * Whether a request for the service that serves the server's own routes asks for an operation: it
 * is signed for one, or is the question whether it may be.
 */
export async function isOwnOperation(
  request: WireRequest,
  registered: RegisteredService,
): Promise<boolean> {
  return (
    request.method === "OPTIONS" || (await registered.load()).wire.match(request) !== undefined
  );
}

/** Only browsers send the page's origin or the answer's destination, or accept HTML. */
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
