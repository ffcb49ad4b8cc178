import type { CORSRule } from "@aws-sdk/client-s3";
import { bucketFromHost, percentDecode } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { findCors } from "../rows/buckets.ts";
import type { S3Tables } from "../tables.ts";
import { websiteOf } from "../website-host.ts";
import { CORS_METHODS, type CrossOriginRequest, findCorsRule } from "./cors-rules.ts";

/*
 * Source: S3 user guide, "Using cross-origin resource sharing", and "Troubleshooting CORS" for what
 * a refused preflight reads.
 */

/**
 * The CORS headers of an actual request, by the bucket's configuration; undefined: it admits none.
 */
export async function corsHeaders(
  request: PlainRequest,
  store: Store,
  hosts: readonly string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const { origin, ...headers } = request.headers;
  const bucket = bucketOf(request, hosts);
  if (origin === undefined || bucket === undefined) return undefined;
  const rules = (await findRules(bucket, store))?.rules ?? [];
  // Nobody sends these here, but S3 goes by them as it does in a preflight.
  const requestHeaders = namesOf(headers["access-control-request-headers"]);
  const method = headers["access-control-request-method"] ?? request.method;
  return headersFor(rules, { origin, method, requestHeaders });
}

/** Rejects with BadRequest or AccessForbidden. */
export async function answerPreflight(
  request: PlainRequest,
  store: Store,
  hosts: readonly string[],
): Promise<PlainResponse> {
  const { origin, ...headers } = request.headers;
  const method = headers["access-control-request-method"];
  if (origin === undefined)
    throw badRequest("Insufficient information. Origin request header needed.");
  const bucket = bucketOf(request, hosts);
  const found = bucket === undefined ? undefined : await findRules(bucket, store);
  if (!found) throw forbidden("Bucket not found", request, "BUCKET");
  if (!found.rules) throw forbidden("CORS is not enabled for this bucket.", request, "BUCKET");
  if (method === undefined || !CORS_METHODS.has(method))
    throw badRequest(`Invalid Access-Control-Request-Method: ${method ?? "null"}`);
  const requestHeaders = namesOf(headers["access-control-request-headers"]);
  const admitted = headersFor(found.rules, { origin, method, requestHeaders });
  if (admitted) return { status: 200, headers: admitted, body: undefined };
  throw forbidden(
    "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    request,
    resourceTypeOf(request, hosts),
  );
}

function headersFor(
  rules: readonly CORSRule[],
  asked: CrossOriginRequest,
): Readonly<Record<string, string>> | undefined {
  const found = findCorsRule(rules, asked);
  if (!found) return undefined;
  const { rule, allowOrigin } = found;
  const { AllowedMethods = [], ExposeHeaders = [], MaxAgeSeconds } = rule;
  const { requestHeaders } = asked;
  return {
    "access-control-allow-origin": allowOrigin,
    "access-control-allow-methods": AllowedMethods.join(", "),
    ...(allowOrigin === "*" ? {} : { "access-control-allow-credentials": "true" }),
    ...(requestHeaders.length > 0
      ? { "access-control-allow-headers": requestHeaders.join(", ") }
      : {}),
    ...(ExposeHeaders.length > 0
      ? { "access-control-expose-headers": ExposeHeaders.join(", ") }
      : {}),
    ...(MaxAgeSeconds === undefined ? {} : { "access-control-max-age": String(MaxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

/** Undefined: there is no such bucket; without `rules`: it has no configuration. */
async function findRules(
  bucket: string,
  store: Store,
): Promise<{ readonly rules: readonly CORSRule[] | undefined } | undefined> {
  const row = await findCors(bucket, store.tables<S3Tables>().db);
  return row && { rules: row.cors === null ? undefined : (JSON.parse(row.cors) as CORSRule[]) };
}

function badRequest(message: string): AwsError {
  return new AwsError("BadRequest", message, { status: 400 });
}

function forbidden(
  reason: string,
  { headers }: PlainRequest,
  ResourceType: "BUCKET" | "OBJECT",
): AwsError {
  const Method = headers["access-control-request-method"] ?? "OPTIONS";
  return new AwsError("AccessForbidden", `CORSResponse: ${reason}`, {
    status: 403,
    fields: { Method, ResourceType },
  });
}

function resourceTypeOf(
  { path, headers }: PlainRequest,
  hosts: readonly string[],
): "BUCKET" | "OBJECT" {
  const isBucket = bucketFromHost(headers.host, hosts)
    ? path === "/"
    : path.split("/").filter((segment) => segment !== "").length < 2;
  return isBucket ? "BUCKET" : "OBJECT";
}

function namesOf(header: string | undefined): string[] {
  const names = (header ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** Buckets have names of their own below `hosts`; their rules aren't a website's. */
function bucketOf({ path, headers }: PlainRequest, hosts: readonly string[]): string | undefined {
  if (websiteOf(headers.host ?? "", hosts)) return undefined;
  return bucketFromHost(headers.host, hosts) ?? bucketOfPath(path);
}

function bucketOfPath(path: string): string | undefined {
  const segment = path.split("/", 2)[1];
  return segment ? percentDecode(segment) : undefined;
}
