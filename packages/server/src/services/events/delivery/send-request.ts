import type { Target } from "@aws-sdk/client-eventbridge";
import type { OutgoingClient, OutgoingRequest } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { isOwnHeader } from "../http-parameters.ts";
import { isObject } from "../pattern/compile-pattern.ts";
import type { AuthParameters } from "../stored-connections.ts";
import type { ApiDestinationRow } from "../tables.ts";
import type { DeliveryNeed } from "./left-deliveries.ts";
import { pairsOf } from "./oauth-tokens.ts";

/** Source: EventBridge user guide, "API destinations": the client's execution timeout. */
const TIMEOUT_MS = 5_000;
/** Answers after which AWS tries again. Source: EventBridge user guide, "API destinations". */
const RETRIED = new Set([401, 407, 409, 429]);
/** Matches a path that leads to another folder of the destination; `URL` would follow it. */
const DOTS_ALONE = /(?:^|[\\/])(?:\.|%2e){1,2}(?:[\\/]|$)/i;

export interface Failed {
  readonly delivered: false;
  readonly retry: boolean;
  readonly reason: string;
  /** It wasn't tried, since its turn comes then. */
  readonly notBeforeMs?: number;
  /** This node hasn't what it needs; another one may. */
  readonly need?: DeliveryNeed;
  /** The answer's. */
  readonly status?: number;
}

export type Delivered = { readonly delivered: true } | Failed;

export interface EventRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An API destination's request before it is authenticated. */
export interface ApiRequest {
  readonly destination: ApiDestinationRow;
  readonly target: Target;
  /** The event as the target gets it. */
  readonly input: string;
}

/**
 * The request of an API destination, authenticated as its connection says. A string says why there
 * is none.
 */
export function apiDestinationRequest(
  { destination, target, input }: ApiRequest,
  auth: AuthParameters,
  token: string | undefined,
): EventRequest | string {
  const { HeaderParameters = {}, QueryStringParameters = {} } = target.HttpParameters ?? {};
  const url = endpointOf(destination.endpoint, target.HttpParameters?.PathParameterValues ?? []);
  if (!url) return "its path parameters lead elsewhere";
  const { BodyParameters, ...own } = auth.InvocationHttpParameters ?? {};
  const body = withParameters(input, pairsOf(BodyParameters));
  if (body === undefined) return "the connection's body parameters are for JSON objects alone";
  for (const [key, value] of Object.entries(QueryStringParameters))
    url.searchParams.set(key, value);
  for (const [key, value] of pairsOf(own.QueryStringParameters)) url.searchParams.set(key, value);
  const { ApiKeyAuthParameters: apiKey, BasicAuthParameters: basic } = auth;
  const given = [
    ...Object.entries(HeaderParameters),
    ...pairsOf(own.HeaderParameters),
    ...(apiKey ? [[apiKey.ApiKeyName ?? "", apiKey.ApiKeyValue ?? ""] as const] : []),
  ];
  return {
    url: url.href,
    method: destination.http_method,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Amazon/EventBridge/ApiDestinations",
      // Earlier builds took parameters that would change how the request itself is sent.
      ...Object.fromEntries(
        given
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => !isOwnHeader(name)),
      ),
      ...(basic && {
        authorization: `Basic ${Buffer.from(`${basic.Username}:${basic.Password}`).toString("base64")}`,
      }),
      ...(token !== undefined && { authorization: token }),
    },
    body,
  };
}

/** The event with a connection's body parameters at its top, before which its own give way. */
function withParameters(
  input: string,
  parameters: readonly (readonly [string, string])[],
): string | undefined {
  if (parameters.length === 0) return input;
  let event: unknown;
  try {
    event = JSON.parse(input);
  } catch {
    // Lines of text: there is no place for a parameter in them.
    return undefined;
  }
  return isObject(event)
    ? JSON.stringify({ ...event, ...Object.fromEntries(parameters) })
    : undefined;
}

/** The endpoint with its wildcards filled in, all of which are in its path. */
function endpointOf(endpoint: string, values: readonly string[]): URL | undefined {
  const left = [...values];
  const filled = endpoint.replaceAll("*", () => encodeURIComponent(left.shift() ?? "*"));
  if (!URL.canParse(filled)) return undefined;
  const url = new URL(filled);
  if (new URL(endpoint.replaceAll("*", "x")).host !== url.host) return undefined;
  const [path = ""] = filled.split(/[?#]/);
  return values.length > 0 && DOTS_ALONE.test(path) ? undefined : url;
}

/** Sends once. Redirects aren't followed: the receiver is the one that was named. */
export async function sendRequest(
  client: OutgoingClient,
  { url, method, headers, body }: EventRequest,
  limits: Pick<OutgoingRequest, "timeoutMs" | "signal"> = { timeoutMs: TIMEOUT_MS },
): Promise<Delivered> {
  const hasBody = method !== "GET" && method !== "HEAD";
  try {
    const { status } = await client.send({
      url,
      method,
      headers,
      ...(hasBody ? { body } : {}),
      ...limits,
      answerBytesMax: 0,
    });
    if (status >= 200 && status < 300) return { delivered: true };
    const retry = status >= 500 || RETRIED.has(status);
    return { delivered: false, retry, reason: `it answered ${status}`, status };
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    return { delivered: false, retry: true, reason: error.reason };
  }
}
