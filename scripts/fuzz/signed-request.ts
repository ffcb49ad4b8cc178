import { createHash, createHmac } from "node:crypto";
import { Readable } from "node:stream";
import type { WireRequest } from "@rolecast/wire";

/*
 * A signer of requests that shares no code with the server: what it signs is good, and what is
 * changed afterwards isn't.
 */

export const ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE";
export const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
export const NOW_MS = Date.UTC(2026, 10, 27, 12);
export const HOST = "s3.localhost:4566";

export type SignatureKind = "header" | "presigned" | "header-v2" | "presigned-v2";

/** A request as it is sent, in parts that can be changed. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  /** `name=value`, encoded. */
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const amzDate = new Date(NOW_MS).toISOString().replace(/[-:]|\.\d{3}/g, "");
const day = amzDate.slice(0, 8);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `asked` has canonical encoding, and query members of distinct names. */
export function signedRequest(
  asked: RequestParts,
  kind: SignatureKind,
  service: string,
): RequestParts {
  if (kind === "header-v2") return headerV2(asked);
  if (kind === "presigned-v2") return presignedV2(asked);
  const scope = `${day}/us-east-1/${service}/aws4_request`;
  const payload = service !== "s3" || kind === "header" ? sha256(asked.body) : "UNSIGNED-PAYLOAD";
  const isHeader = kind === "header";
  const headers: Record<string, string> = {
    host: HOST,
    ...asked.headers,
    ...(isHeader ? { "x-amz-date": amzDate } : {}),
    ...(isHeader && service === "s3" ? { "x-amz-content-sha256": payload } : {}),
  };
  const names = Object.keys(headers).sort();
  const own = isHeader
    ? []
    : [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        `X-Amz-Credential=${encode(`${ACCESS_KEY_ID}/${scope}`)}`,
        `X-Amz-Date=${amzDate}`,
        "X-Amz-Expires=900",
        `X-Amz-SignedHeaders=${encode(names.join(";"))}`,
      ];
  const query = [...asked.query, ...own];
  const canonical = [
    asked.method,
    service === "s3" ? asked.path : asked.path.split("/").map(encode).join("/"),
    [...query].sort().join("&"),
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", amzDate, scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const signature = hmac(key, toSign).toString("hex");
  if (!isHeader) return { ...asked, headers, query: [...query, `X-Amz-Signature=${signature}`] };
  const credential = `Credential=${ACCESS_KEY_ID}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...asked, headers: { ...headers, authorization }, query };
}

/**
 * Members of this version that are signed are `acl`, `versionId=…` and what begins with `x-amz-`.
 */
function signatureV2(asked: RequestParts, date: string): string {
  const amz = [
    ...asked.query.filter((member) => member.startsWith("x-amz-")),
    ...Object.entries(asked.headers).map(([name, value]) => `${name}=${encode(value.trim())}`),
  ];
  const resource = asked.query.filter((member) => /^(acl$|versionId=)/.test(member));
  const toSign = [
    asked.method,
    "",
    "",
    date,
    ...amz.map((member) => decodeURIComponent(member.replace("=", ":")).trim()).sort(),
    asked.path +
      (resource.length > 0 ? `?${resource.map(decodeURIComponent).sort().join("&")}` : ""),
  ].join("\n");
  return createHmac("sha1", SECRET).update(toSign).digest("base64");
}

function headerV2(asked: RequestParts): RequestParts {
  const date = new Date(NOW_MS).toUTCString();
  const authorization = `AWS ${ACCESS_KEY_ID}:${signatureV2(asked, date)}`;
  return { ...asked, headers: { host: HOST, date, ...asked.headers, authorization } };
}

function presignedV2(asked: RequestParts): RequestParts {
  const expires = String(NOW_MS / 1000 + 900);
  const signature = signatureV2(asked, expires);
  const own = [
    `AWSAccessKeyId=${ACCESS_KEY_ID}`,
    `Expires=${expires}`,
    `Signature=${encode(signature)}`,
  ];
  return { ...asked, headers: { host: HOST, ...asked.headers }, query: [...asked.query, ...own] };
}

/** The fields of a browser's form that uploads a file. */
export function signedForm(version: 2 | 4, conditions: readonly unknown[]): Map<string, string> {
  const document = { expiration: "2026-11-27T13:00:00.000Z", conditions };
  const policy = Buffer.from(JSON.stringify(document)).toString("base64");
  const scope = `${day}/us-east-1/s3/aws4_request`;
  if (version === 2)
    return new Map([
      ["policy", policy],
      ["awsaccesskeyid", ACCESS_KEY_ID],
      ["signature", createHmac("sha1", SECRET).update(policy).digest("base64")],
    ]);
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return new Map([
    ["policy", policy],
    ["x-amz-algorithm", "AWS4-HMAC-SHA256"],
    ["x-amz-credential", `${ACCESS_KEY_ID}/${scope}`],
    ["x-amz-date", amzDate],
    ["x-amz-signature", hmac(key, policy).toString("hex")],
  ]);
}

export function wireRequest({ method, path, query, headers, body }: RequestParts): WireRequest {
  const rawQuery = query.join("&");
  return { method, rawPath: path, rawQuery, headers, body: Readable.from([Buffer.from(body)]) };
}
