import type { decodeBody, WireRequest } from "@rolecast/wire";
import type { HttpRequestInfo } from "../kernel/http-request.ts";
import { inBackground } from "../kernel/work/in-background.ts";
import type { GatewayRequest } from "./gateway-request.ts";

const NO_TRAILERS: Readonly<Record<string, string>> = {};
const noTrailers = () => NO_TRAILERS;

/** The facts of a request that handlers get; `body` is one that is read as a stream. */
export function httpRequestInfo(
  { method, rawPath, rawQuery, headers }: WireRequest,
  { scheme, isSecure }: Pick<GatewayRequest, "scheme" | "isSecure">,
  body: ReturnType<typeof decodeBody> | undefined,
): HttpRequestInfo {
  const trailers = body ? trailersOf(body) : noTrailers;
  const { unverifiedSha256 } = body ?? {};
  return { method, rawPath, rawQuery, headers, scheme, isSecure, trailers, unverifiedSha256 };
}

function trailersOf(body: ReturnType<typeof decodeBody>): HttpRequestInfo["trailers"] {
  let trailers = NO_TRAILERS;
  inBackground(
    body.trailers.then(
      (read) => {
        trailers = read;
      },
      () => {
        // The reader of the body gets the same error.
      },
    ),
  );
  return () => trailers;
}
