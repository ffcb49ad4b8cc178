import { createHash, createHmac } from "node:crypto";
import { type Key, ROOT } from "./test-server.ts";

/** The request that a URL is presigned for; `query` and `headers` are signed. */
export interface Presigning {
  readonly method?: string;
  readonly path: string;
  /** The query as it is sent, encoded and sorted. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: Key;
  readonly service?: string;
  readonly expiresSeconds?: number;
  readonly signedAtMs?: number;
  readonly region?: string;
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/**
 * Path and query of a URL of signature version 4, by a signer that shares no code with the server.
 */
export function presignV4(host: string, asked: Presigning): string {
  const { key = ROOT, service = "s3", region = "us-east-1", expiresSeconds = 300 } = asked;
  const s3Hash = asked.headers?.["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  const amzDate = new Date(asked.signedAtMs ?? Date.now())
    .toISOString()
    .replace(/[-:]|\.\d{3}/g, "");
  const scope = `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: [string, string][] = Object.entries({ host, ...asked.headers });
  headers.sort(([a], [b]) => (a < b ? -1 : 1));
  const names = headers.map(([name]) => name).join(";");
  const members = [
    ...(asked.query ? asked.query.split("&") : []),
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encode(`${key.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${amzDate}`,
    `X-Amz-Expires=${expiresSeconds}`,
    ...(key.sessionToken ? [`X-Amz-Security-Token=${encode(key.sessionToken)}`] : []),
    `X-Amz-SignedHeaders=${encode(names)}`,
  ];
  const canonicalQuery = members
    .map((member) => (member.includes("=") ? member : `${member}=`))
    // By names: "=" comes after "-", which a longer name may go on with.
    .sort((a, b) => (a.replace("=", " ") < b.replace("=", " ") ? -1 : 1))
    .join("&");
  const canonical = [
    asked.method ?? "GET",
    asked.path,
    canonicalQuery,
    ...headers.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    service === "s3" ? s3Hash : createHash("sha256").update("").digest("hex"),
  ].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", amzDate, scope, digest].join("\n");
  let signingKey: string | Buffer = `AWS4${key.secretAccessKey}`;
  for (const part of scope.split("/")) signingKey = hmac(signingKey, part);
  const signature = hmac(signingKey, toSign).toString("hex");
  return `${asked.path}?${members.join("&")}&X-Amz-Signature=${signature}`;
}

/**
 * Signs as version 2 does. Of the query's members it takes those of headers for headers and the
 * others for parts of the resource; `date` is the text of a URL's end or of the Date header.
 */
function signatureV2(asked: Presigning, date: string): string {
  const { key = ROOT, query = "" } = asked;
  const members = query === "" ? [] : query.split("&");
  const isHeader = (member: string) => /^(x-amz-|content-type=|content-md5=)/.test(member);
  const headers = new Map(Object.entries(asked.headers ?? {}));
  for (const member of members.filter(isHeader)) {
    const [name = "", value = ""] = member.split("=");
    headers.set(name, decodeURIComponent(value));
  }
  const amz = [...headers.keys()].filter((name) => name.startsWith("x-amz-")).sort();
  const resource = members.filter((member) => !isHeader(member)).sort();
  const toSign = [
    asked.method ?? "GET",
    headers.get("content-md5") ?? "",
    headers.get("content-type") ?? "",
    date,
    ...amz.map((name) => `${name}:${headers.get(name)?.trim()}`),
    asked.path + (resource.length > 0 ? `?${resource.join("&")}` : ""),
  ].join("\n");
  return createHmac("sha1", key.secretAccessKey).update(toSign).digest("base64");
}

/** The headers of a request that is signed with version 2 in its Authorization header. */
export function signV2(asked: Presigning): Record<string, string> {
  const { key = ROOT, headers = {} } = asked;
  const amzDate = headers["x-amz-date"];
  const date = headers.date ?? new Date(asked.signedAtMs ?? Date.now()).toUTCString();
  const signature = signatureV2(asked, amzDate === undefined ? date : "");
  const authorization = `AWS ${key.accessKeyId}:${signature}`;
  return { ...(amzDate === undefined ? { date } : {}), ...headers, authorization };
}

/** Path and query of a URL of signature version 2; `query` holds what that version signs. */
export function presignV2(asked: Presigning): string {
  const { key = ROOT, expiresSeconds = 300, query = "" } = asked;
  const expires = Math.floor((asked.signedAtMs ?? Date.now()) / 1000) + expiresSeconds;
  const members = query === "" ? [] : query.split("&");
  const signature = signatureV2(asked, String(expires));
  const own = [
    `AWSAccessKeyId=${key.accessKeyId}`,
    `Expires=${expires}`,
    `Signature=${encode(signature)}`,
  ];
  return `${asked.path}?${[...members, ...own].join("&")}`;
}
