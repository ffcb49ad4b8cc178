import type { AwsClients } from "./aws-clients.ts";
import { AUTHORIZATION_ID_HEADER, withAuthorizationId } from "./call-error.ts";
import { CONSOLE_AGENT } from "./console-agent.ts";

export interface SignedRequest {
  /** GET, if left out. */
  readonly method?: "GET" | "POST";
  readonly body?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly service: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Asks, signed, what no client is published for. */
export async function fetchSigned(
  { signer }: AwsClients,
  { method = "GET", body, path, query = {}, service, headers = {}, signal }: SignedRequest,
): Promise<Response> {
  const url = new URL(path, globalThis.location.origin);
  url.search = new URLSearchParams(query).toString();
  const signed = await signer(service).sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: { ...query },
    headers: { host: url.host, "x-amz-user-agent": CONSOLE_AGENT, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const { host: _setByTheBrowser, ...sent } = signed.headers;
  return fetch(url, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
}

/** Sends JSON to a route of Rolecast's own. @throws Error with AWS's code as its name */
export async function postSigned<Answer>(
  aws: AwsClients,
  path: string,
  input: object,
): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(input);
  const request = { method: "POST", path, service: "rolecast", headers, body } as const;
  const response = await fetchSigned(aws, request);
  if (response.ok) return (await response.json()) as Answer;
  throw await refusalOf(response);
}

/** The refusal of such a request, in the server's words and with AWS's code as its name. */
export async function refusalOf(response: Response): Promise<Error> {
  const { status, headers } = response;
  const answer: unknown = await response.json();
  const message =
    typeof answer === "object" && answer !== null && "message" in answer ? answer.message : "";
  const error = new Error(String(message));
  error.name = headers.get("x-amzn-errortype") ?? "Error";
  const refusal = Object.assign(error, { $metadata: { httpStatusCode: status } });
  return withAuthorizationId(refusal, headers.get(AUTHORIZATION_ID_HEADER));
}
