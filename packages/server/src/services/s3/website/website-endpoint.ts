import type { Readable } from "node:stream";
import type * as s3 from "@aws-sdk/client-s3";
import { encodeWords, escapeXml, headerValue, percentDecode, requestHeaders } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { Tables } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { methodNotAllowed, noSuchBucket, noSuchWebsite } from "../errors.ts";
import { findConfiguration } from "../rows/bucket-configurations.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { type WebsiteHost, websiteOf } from "../website-host.ts";
import { encodePath, redirectOf } from "./website-configuration.ts";

/*
 * A bucket as a website: what anybody may read, by anonymous GetObject, with index and error
 * documents and redirections. Source: S3 user guide, "Hosting a static website using Amazon S3".
 */

const ANONYMOUS = { principal: { kind: "anonymous" } } as const;
const NAMES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  416: "Requested Range Not Satisfiable",
};

interface Visit {
  readonly bucket: Pick<BucketRow, "bucket_name" | "region">;
  readonly request: PlainRequest;
  readonly website: s3.WebsiteConfiguration;
  readonly ids: RequestIds;
  readonly deps: S3Dependencies;
}

/** The headers that name the request; error pages show them too. */
type RequestIds = Readonly<Record<string, string>>;

/** Undefined: the host isn't a website's. */
export function visitWebsite(
  request: PlainRequest,
  deps: S3Dependencies & { readonly hosts: readonly string[] },
): Promise<PlainResponse> | undefined {
  const site = websiteOf(request.headers.host ?? "", deps.hosts);
  if (site === undefined) return undefined;
  const ids = requestHeaders(deps.ids.uuid());
  return answer(site, request, ids, deps).then((response) => ({
    ...response,
    headers: { ...response.headers, ...ids },
  }));
}

async function answer(
  { bucket: name, region }: WebsiteHost,
  request: PlainRequest,
  ids: RequestIds,
  deps: S3Dependencies,
): Promise<PlainResponse> {
  try {
    if (request.method !== "GET" && request.method !== "HEAD")
      throw methodNotAllowed({ Method: request.method, ResourceType: "OBJECT" });
    const { db } = deps.store.tables<S3Tables>();
    const bucket = await db
      .selectFrom("s3_buckets")
      .select(["bucket_name", "region"])
      .where("bucket_name", "=", name)
      .executeTakeFirst();
    if (!bucket) throw noSuchBucket(name);
    if (region !== undefined && region !== bucket.region) throw elsewhere(bucket);
    const context = { db: <T extends Tables>() => deps.store.tables<T>().db };
    const website = await findConfiguration<s3.WebsiteConfiguration>(bucket, "website", context);
    if (!website) throw noSuchWebsite(name);
    return await visit({ bucket, request, website, ids, deps });
  } catch (error) {
    return errorPage(error, { request, ids });
  }
}

function elsewhere({ bucket_name: name, region }: Visit["bucket"]): AwsError {
  return new AwsError(
    "IncorrectEndpoint",
    "The specified bucket exists in another region. " +
      "Please direct requests to the specified endpoint.",
    { status: 400, fields: { Endpoint: `${name}.s3-website-${region}.amazonaws.com` } },
  );
}

async function visit(at: Visit): Promise<PlainResponse> {
  const { request, website } = at;
  const asked = percentDecode(request.path.slice(1));
  if (asked === undefined)
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", { status: 400 });
  if (website.RedirectAllRequestsTo)
    return redirection(at, website.RedirectAllRequestsTo, request.path.slice(1));
  const before = redirectOf(website, asked);
  if (before) return redirection(at, before.redirect, before.path);
  const suffix = website.IndexDocument?.Suffix ?? "";
  try {
    return await page(asked === "" || asked.endsWith("/") ? asked + suffix : asked, at);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status < 400) throw error;
    const after = redirectOf(website, asked, error.status);
    if (after) return redirection(at, after.redirect, after.path);
    if (!asked.endsWith("/") && asked !== "" && (await isThere(`${asked}/${suffix}`, at)))
      return toFolder(at, asked);
    return await errorDocument(error, at);
  }
}

/** The object's bytes, or where its own redirection leads. */
async function page(key: string, at: Visit, status?: number): Promise<PlainResponse> {
  const { headers } = at.request;
  const conditions: Partial<s3.GetObjectCommandInput> =
    status === undefined
      ? {
          Range: headers.range,
          IfNoneMatch: headers["if-none-match"],
          IfMatch: headers["if-match"],
          IfModifiedSince: dateOf(headers["if-modified-since"]),
          IfUnmodifiedSince: dateOf(headers["if-unmodified-since"]),
        }
      : {};
  const output = await read<s3.GetObjectCommandOutput>("GetObject", key, at, conditions);
  const body = output.Body as unknown as Readable;
  if (output.WebsiteRedirectLocation !== undefined) {
    body.destroy();
    return movedTo(output.WebsiteRedirectLocation, 301);
  }
  const isHead = at.request.method === "HEAD";
  if (isHead) body.destroy();
  return {
    status: status ?? (output.ContentRange === undefined ? 200 : 206),
    headers: headersOf(output),
    body: isHead ? undefined : body,
  };
}

/** A date that can't be read is no condition (RFC 9110, 13.1.3 and 13.1.4). */
function dateOf(header: string | undefined): Date | undefined {
  const atMs = Date.parse(header ?? "");
  return Number.isNaN(atMs) ? undefined : new Date(atMs);
}

function headersOf(output: s3.GetObjectCommandOutput): Readonly<Record<string, string>> {
  const known = {
    "accept-ranges": output.AcceptRanges,
    "cache-control": output.CacheControl,
    "content-disposition": output.ContentDisposition,
    "content-encoding": output.ContentEncoding,
    "content-language": output.ContentLanguage,
    "content-length": output.ContentLength?.toString(),
    "content-range": output.ContentRange,
    "content-type": output.ContentType,
    etag: output.ETag,
    expires: output.Expires?.toUTCString(),
    "last-modified": output.LastModified?.toUTCString(),
    ...Object.fromEntries(
      Object.entries(output.Metadata ?? {}).map(([name, value]) => [
        `x-amz-meta-${name}`,
        encodeWords(value),
      ]),
    ),
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, headerValue(value)]],
    ),
  );
}

async function isThere(key: string, at: Visit): Promise<boolean> {
  try {
    await read("HeadObject", key, at);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

async function errorDocument(error: AwsError, at: Visit): Promise<PlainResponse> {
  const { Key: key } = at.website.ErrorDocument ?? {};
  if (key === undefined) return errorPage(error, at);
  try {
    return await page(key, at, error.status);
  } catch (instead) {
    return errorPage(error, at, instead);
  }
}

function read<Output>(
  operation: "GetObject" | "HeadObject",
  Key: string,
  { bucket, request, deps }: Visit,
  more: Partial<s3.GetObjectCommandInput> = {},
): Promise<Output> {
  const input = { Bucket: bucket.bucket_name, Key, ...more };
  return deps.invoke<Output>("s3", operation, input, {
    as: ANONYMOUS,
    region: bucket.region,
    regionIsSigned: false,
    sourceIp: request.remoteAddress,
    userAgent: request.headers["user-agent"],
    referer: request.headers.referer,
    secure: request.scheme === "https",
  });
}

function redirection({ request }: Visit, to: s3.Redirect, path: string): PlainResponse {
  const host = to.HostName ?? request.headers.host;
  const location = `${to.Protocol ?? request.scheme}://${host}/${path}`;
  return movedTo(location, Number(to.HttpRedirectCode ?? 301));
}

/** Without its host a location that begins with two slashes would name another one. */
function toFolder(at: Visit, key: string): PlainResponse {
  const path = `${encodePath(key)}/`;
  return key.startsWith("/")
    ? redirection(at, { HttpRedirectCode: "302" }, path)
    : movedTo(`/${path}`, 302);
}

/** Encodes what a header can't have, and leaves the rest as it was configured. */
function movedTo(url: string, status: number): PlainResponse {
  const location = url.replace(/[^!-~]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  return { status, headers: { location }, body: undefined };
}

/**
 * The page that browsers show when there is no error document; `instead` is the error that came in
 * place of the document.
 */
function errorPage(
  error: unknown,
  { request: { method }, ids }: Pick<Visit, "request" | "ids">,
  instead?: unknown,
): PlainResponse {
  if (!(error instanceof AwsError)) throw error;
  const { status, code, message, fields = {} } = error;
  if (status === 304) return { status, headers: error.headers, body: undefined };
  const title = `${status} ${NAMES[status] ?? code}`;
  const named = { RequestId: ids["x-amz-request-id"], HostId: ids["x-amz-id-2"] };
  const html = `<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
${listOf({ Code: code, Message: message, ...fields, ...named })}${customErrorOf(instead)}<hr/>
</body>
</html>
`;
  const details = Object.entries(fields).map(([name, value]) => [
    `x-amz-error-detail-${name}`,
    headerValue(String(value)),
  ]);
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "x-amz-error-code": code,
      "x-amz-error-message": headerValue(message),
      ...Object.fromEntries(details),
    },
    body: method === "HEAD" ? undefined : html,
  };
}

/** The visitor hears of what was asked for first, and then of the page that should say so. */
function customErrorOf(error: unknown): string {
  if (error === undefined) return "";
  if (!(error instanceof AwsError)) throw error;
  const { code, message, fields } = error;
  const title = "An Error Occurred While Attempting to Retrieve a Custom Error Document";
  return `<h3>${title}</h3>\n${listOf({ Code: code, Message: message, ...fields })}`;
}

function listOf(facts: Readonly<Record<string, unknown>>): string {
  const items = Object.entries(facts).map(
    ([name, value]) => `<li>${name}: ${escapeXml(String(value))}</li>\n`,
  );
  return `<ul>\n${items.join("")}</ul>\n`;
}
