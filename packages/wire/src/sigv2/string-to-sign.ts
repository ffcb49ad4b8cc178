import { headerText } from "../codec/http-header-text.ts";
import type { WireRequest } from "../message.ts";
import { parseQuery } from "../query.ts";

const AMZ_PREFIX = "x-amz-";
const LIST_TYPE = "list-type";

/** Query members that are part of the signed resource. */
export const SUBRESOURCES: ReadonlySet<string> = new Set([
  "accelerate",
  "acl",
  "analytics",
  "cors",
  "delete",
  "inventory",
  "lifecycle",
  "location",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "partNumber",
  "policy",
  "replication",
  "requestPayment",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
  "restore",
  "select",
  "select-type",
  "storageClass",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
]);

/**
 * The texts that signature version 2 may have signed: the path of a bucket may end in a slash or
 * not, and a member without a value in "=" or not, as both name the same. `date` is a URL's
 * `Expires` or the Date header; `bucketInHost` is the bucket of a virtual-host-style request.
 * Source: S3 developer guide, "Signing and authenticating REST requests"; boto3 signs a bucket's
 * path with the slash and sends it without, minio-go signs `?uploads` and sends `?uploads=`.
 */
export function stringsToSignV2(
  request: WireRequest,
  date: string,
  bucketInHost: string | undefined,
): readonly string[] {
  const { headers } = request;
  const named = (name: string) => headerText(headers[name] ?? "");
  const lines = [request.method, named("content-md5"), named("content-type"), date];
  const amz = Object.keys(headers).filter((name) => name.startsWith(AMZ_PREFIX));
  for (const name of amz.sort()) lines.push(`${name}:${named(name).trim()}`);
  const bucket = bucketInHost === undefined ? "" : `/${bucketInHost}`;
  const resource = `${lines.join("\n")}\n${bucket}${request.rawPath}`;
  const members = subresources(request);
  const forms = members.some(([, value]) => value === "") ? ["=", ""] : ["="];
  const queries = forms.map((empty) => resourceQuery(members, empty));
  const isBucket = bucketInHost === undefined && /^\/[^/]+$/.test(request.rawPath);
  const resources = isBucket ? [resource, `${resource}/`] : [resource];
  return resources.flatMap((each) => queries.map((query) => each + query));
}

/** By name; a member without "=" has no value. */
type Subresource = readonly [name: string, value: string | undefined];

function subresources(request: WireRequest): readonly Subresource[] {
  const members: Subresource[] = [];
  for (const part of request.rawQuery.split("&")) {
    const [[name = "", value = ""] = []] = parseQuery(part).entries;
    if (SUBRESOURCES.has(name)) members.push([name, part.includes("=") ? value : undefined]);
  }
  return members;
}

/** Sorted by name, values decoded. `empty`: in place of an empty value and its "=". */
function resourceQuery(members: readonly Subresource[], empty: string): string {
  const parts = members.map(([name, value]) => {
    if (value === undefined) return name;
    return name + (value === "" ? empty : `=${value}`);
  });
  return parts.length === 0 ? "" : `?${parts.sort().join("&")}`;
}

/**
 * The request without the query members that this version doesn't sign and that anybody with the
 * URL can add: what it asks for without them is what was signed. `list-type` stays, since it only
 * chooses between two forms of one list.
 */
export function withSignedQueryV2(request: WireRequest): WireRequest {
  const { method, rawPath, headers } = request;
  const signed = request.rawQuery.split("&").filter((part) => {
    const [[name = ""] = []] = parseQuery(part).entries;
    return SUBRESOURCES.has(name) || name === LIST_TYPE;
  });
  const { body } = request;
  return { method, rawPath, rawQuery: signed.join("&"), headers, body };
}
