import type { WireRequest } from "../message.ts";
import type { Addressing } from "../operation.ts";
import { percentDecode } from "../query.ts";
import { WireError } from "../wire-error.ts";

/** RFC 1035 2.3.4: no name is longer. */
const MAX_HOST_CHARS = 255;
const AWS_S3_HOST =
  /^(.+)\.s3(?:[.-][a-z0-9-]+)?(?:\.dualstack)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * The bucket of a virtual-host-style request, undefined for a path-style one. `baseHosts` are names
 * under which the service itself answers, such as `s3.localhost` and `localhost`; buckets live one
 * level or more (names may contain dots) below any of them and below AWS's own S3 host names.
 */
export function bucketFromHost(
  host: string | undefined,
  baseHosts: readonly string[],
): string | undefined {
  if (host === undefined) return undefined;
  const name = withoutPort(host).toLowerCase();
  if (name.length > MAX_HOST_CHARS) return undefined;
  for (const base of baseHosts) if (name === base) return undefined;
  let longest: string | undefined;
  for (const base of baseHosts) {
    if (!name.endsWith(`.${base}`) || base.length <= (longest?.length ?? 0)) continue;
    longest = base;
  }
  if (longest !== undefined) return name.slice(0, -longest.length - 1);
  return AWS_S3_HOST.exec(name)?.[1];
}

function withoutPort(host: string): string {
  if (host.startsWith("[")) return host.slice(0, host.indexOf("]") + 1);
  const colon = host.indexOf(":");
  return colon === -1 ? host : host.slice(0, colon);
}

/**
 * Bucket and key of a request, from `bucket` (taken from the host) or the path's first segment. The
 * key is the rest of the path, decoded byte for byte: `//`, `.` and `..` are parts of it like any
 * other. Throws WireError `InvalidURI` for malformed escapes.
 */
export function s3Addressing(request: WireRequest, bucketInHost: string | undefined): Addressing {
  const path = request.rawPath.startsWith("/") ? request.rawPath.slice(1) : request.rawPath;
  if (bucketInHost !== undefined) return { bucket: bucketInHost, key: keyFrom(path) };
  const slash = path.indexOf("/");
  const bucket = decode(slash === -1 ? path : path.slice(0, slash));
  if (bucket === "") return { bucket: undefined, key: undefined };
  return { bucket, key: slash === -1 ? undefined : keyFrom(path.slice(slash + 1)) };
}

function keyFrom(rawKey: string): string | undefined {
  return rawKey === "" ? undefined : decode(rawKey);
}

function decode(raw: string): string {
  const decoded = percentDecode(raw);
  if (decoded === undefined) throw new WireError("InvalidURI", "Couldn't parse the specified URI.");
  return decoded;
}
