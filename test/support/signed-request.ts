import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Key, ROOT } from "./test-server.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Signing {
  readonly key?: Key;
  readonly service?: string;
  readonly region?: string;
  readonly date?: Date;
}

/** Signs a request with the SDK's own signer; what is changed afterwards breaks the signature. */
export async function sign(endpoint: string, raw: RawRequest, signing: Signing = {}) {
  const { hostname, port, host } = new URL(endpoint);
  const { key = ROOT, service = "iam", region = "us-east-1", date } = signing;
  const signer = new SignatureV4({
    credentials: key,
    service,
    region,
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: service !== "s3",
  });
  const payload = createHash("sha256")
    .update(raw.body ?? "")
    .digest("hex");
  const signed = await signer.sign(
    {
      method: raw.method ?? "POST",
      protocol: "http:",
      hostname,
      port: Number(port),
      path: raw.path ?? "/",
      query: raw.query ?? {},
      headers: {
        host,
        ...(service === "s3" ? { "x-amz-content-sha256": payload } : {}),
        ...raw.headers,
      },
      body: raw.body,
    },
    date === undefined ? {} : { signingDate: date },
  );
  return signed.headers;
}

/** Sends exactly these bytes of path and headers, which `fetch` would tidy up. */
export function send(endpoint: string, raw: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(endpoint);
  const query = new URLSearchParams(raw.query ?? {}).toString();
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        method: raw.method ?? "POST",
        path: `${raw.path ?? "/"}${query === "" ? "" : `?${query}`}`,
        // The length comes last: node writes a content-disposition after it as another encoding.
        headers: {
          ...raw.headers,
          "content-length": raw.headers?.["content-length"] ?? Buffer.byteLength(raw.body ?? ""),
        },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.once("error", reject);
    // Written as bytes, and before the end: node lets its headers' encoding depend on both.
    if (raw.body) request.write(Buffer.from(raw.body));
    request.end();
  });
}

/** Opens one of the server's feeds, `events` for one, with a key that is allowed to read it. */
export async function openFeed(
  endpoint: string,
  name: string,
  options: {
    readonly key?: Key;
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Response> {
  const { key = ROOT, headers = {}, signal } = options;
  const path = `/_rolecast/${name}`;
  const signed = await sign(
    endpoint,
    { method: "GET", path, headers },
    { key, service: "rolecast" },
  );
  return fetch(endpoint + path, { headers: signed, ...(signal ? { signal } : {}) });
}

/** `sign`, then `send`. */
export async function sendSigned(endpoint: string, raw: RawRequest, signing?: Signing) {
  return send(endpoint, { ...raw, headers: await sign(endpoint, raw, signing) });
}
