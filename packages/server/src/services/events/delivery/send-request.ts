import type { Target } from "@aws-sdk/client-eventbridge";
import type { SecretBox } from "../../../kernel/secret-box.ts";
import { readParameters } from "../connections.ts";
import type { ApiDestinationRow, ConnectionRow } from "../tables.ts";

/** Source: EventBridge user guide, "API destinations": the client's execution timeout. */
const TIMEOUT_MS = 5_000;
/** Answers after which AWS tries again. Source: EventBridge user guide, "API destinations". */
const RETRIED = new Set([401, 407, 409, 429]);

export type Delivered =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly retry: boolean; readonly reason: string };

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request of an API destination, authenticated as its connection says. */
export function apiDestinationRequest(
  destination: ApiDestinationRow,
  connection: ConnectionRow,
  secrets: SecretBox,
  target: Target,
  body: string,
): OutgoingRequest {
  const auth = readParameters(connection, secrets);
  const {
    PathParameterValues = [],
    HeaderParameters,
    QueryStringParameters,
  } = target.HttpParameters ?? {};
  const values = [...PathParameterValues];
  const url = new URL(
    destination.endpoint.replaceAll("*", () => encodeURIComponent(values.shift() ?? "*")),
  );
  const { HeaderParameters: ownHeaders = [], QueryStringParameters: ownQuery = [] } =
    auth.InvocationHttpParameters ?? {};
  for (const [key, value] of Object.entries(QueryStringParameters ?? {}))
    url.searchParams.set(key, value);
  for (const { Key = "", Value = "" } of ownQuery) url.searchParams.set(Key, Value);
  const { ApiKeyAuthParameters: apiKey, BasicAuthParameters: basic } = auth;
  return {
    url: url.href,
    method: destination.http_method,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Amazon/EventBridge/ApiDestinations",
      ...HeaderParameters,
      ...Object.fromEntries(ownHeaders.map(({ Key = "", Value = "" }) => [Key, Value])),
      ...(apiKey && { [apiKey.ApiKeyName ?? ""]: apiKey.ApiKeyValue ?? "" }),
      ...(basic && {
        authorization: `Basic ${Buffer.from(`${basic.Username}:${basic.Password}`).toString("base64")}`,
      }),
    },
    body,
  };
}

/** Sends once. Redirects aren't followed: the receiver is the one that was named. */
export async function sendRequest(request: OutgoingRequest): Promise<Delivered> {
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(hasBody ? { body: request.body } : {}),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return { delivered: true };
    const retry = response.status >= 500 || RETRIED.has(response.status);
    return { delivered: false, retry, reason: `it answered ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { delivered: false, retry: true, reason: String(cause) };
  }
}
