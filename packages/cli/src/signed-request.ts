import { CommandError, EXIT } from "./command-error.ts";
import { type Connection, jsonOf } from "./connection.ts";

/** The server that a request goes to, and the key that signs it. */
export type Signer = Pick<Connection, "endpoint" | "credentials">;

export interface SignedRequest {
  readonly path: string;
  readonly method?: "GET" | "POST";
  /** The service in the signature's scope; left out, Rolecast's own API. */
  readonly service?: string;
  /** A call of an API in AWS's JSON protocol. */
  readonly target?: { readonly name: string; readonly input: object };
  /** The body of a call of a REST API. */
  readonly json?: object;
  /** The Region in the signature's scope; left out, us-east-1. */
  readonly region?: string;
  readonly signal?: AbortSignal;
}

/** Fetches what no client is published for, signed. */
export async function fetchSigned(
  { endpoint, credentials }: Signer,
  { path, method = "GET", service = "rolecast", target, json, region, signal }: SignedRequest,
): Promise<Response> {
  const url = new URL(path, endpoint);
  const { Hash } = await import("@smithy/core/serde");
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const signer = new SignatureV4({
    credentials,
    service,
    region: region ?? "us-east-1",
    sha256: Hash.bind(null, "sha256"),
  });
  const given = target?.input ?? json;
  const body = given && { body: JSON.stringify(given) };
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      host: url.host,
      ...(target && jsonHeaders(target.name)),
      ...(json && { "content-type": "application/json" }),
    },
    ...body,
  });
  return fetch(url, { method, headers, ...body, ...(signal ? { signal } : {}) });
}

function jsonHeaders(target: string) {
  return { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" };
}

/**
 * Gets JSON, signed: of Rolecast's own API, or of another one that no client is published for.
 *
 * @throws CommandError when the server refuses; the message is its own.
 */
export async function getSigned(
  connection: Connection,
  path: string,
  service = "rolecast",
): Promise<unknown> {
  const response = await fetchSigned(connection, { path, service });
  const answer = await jsonOf(response);
  if (response.ok) return answer;
  throw refusal(response, answer);
}

/** A refusal, in the server's words. */
export function refusal(
  { url, status }: Response,
  answer: Readonly<Record<string, unknown>>,
): CommandError {
  return new CommandError(
    `${new URL(url).host} answered ${status}: ${answer.message ?? ""}`,
    EXIT.refused,
  );
}
