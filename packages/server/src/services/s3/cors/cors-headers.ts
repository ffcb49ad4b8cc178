import type { CORSRule } from "@aws-sdk/client-s3";
import { bucketFromHost, percentDecode } from "@rolecast/wire";
import { S3_HOSTS } from "../../../kernel/s3-hosts.ts";
import type { PlainRequest } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import type { S3Tables } from "../tables.ts";
import { findCorsRule } from "./cors-rules.ts";

/**
 * The CORS headers of a preflight or an actual request, by the bucket's configuration; undefined
 * when it admits nothing of the kind. Source: S3 user guide, "Using cross-origin resource sharing".
 */
export async function corsHeaders(
  request: PlainRequest,
  store: Store,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { origin, host } = request.headers;
  const bucket = bucketFromHost(host, S3_HOSTS) ?? bucketOfPath(request.path);
  if (origin === undefined || bucket === undefined) return undefined;
  const row = await store
    .tables<S3Tables>()
    .db.selectFrom("s3_buckets")
    .select("cors")
    .where("bucket_name", "=", bucket)
    .executeTakeFirst();
  if (!row?.cors) return undefined;
  const rules = JSON.parse(row.cors) as CORSRule[];
  return headersFor(request, origin, rules);
}

function headersFor(
  { method, headers }: PlainRequest,
  origin: string,
  rules: readonly CORSRule[],
): Readonly<Record<string, string>> | undefined {
  const isPreflight = method === "OPTIONS";
  const asked = headers["access-control-request-method"];
  if (isPreflight && asked === undefined) return undefined;
  const requestHeaders = isPreflight ? namesOf(headers["access-control-request-headers"]) : [];
  const found = findCorsRule(rules, { origin, method: asked ?? method, requestHeaders });
  if (!found) return undefined;
  const { rule, allowOrigin } = found;
  const { AllowedMethods = [], ExposeHeaders = [], MaxAgeSeconds } = rule;
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

function namesOf(header: string | undefined): string[] {
  const names = (header ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

function bucketOfPath(path: string): string | undefined {
  const segment = path.split("/", 2)[1];
  return segment ? percentDecode(segment) : undefined;
}
