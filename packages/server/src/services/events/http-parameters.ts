import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { validation } from "./errors.ts";

/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,512}$/;
/** Line ends among them, which would begin another header. A tab is allowed. */
const CONTROL_CHARACTER = /(?!\t)\p{Cc}/u;

/**
 * Headers that say how the request itself is sent, or whom it comes from. Source: EventBridge user
 * guide, "API destinations", the headers that can't be set.
 */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...["host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "trailer"],
  ...["upgrade", "expect", "http2-settings", "proxy-authorization", "proxy-connection", "range"],
  ...["max-forwards", "via", "forwarded", "accept-encoding", "content-encoding", "user-agent"],
]);

/** True if the server itself writes the header, given by its name in lower case. */
export function isOwnHeader(name: string): boolean {
  return OWN_HEADERS.has(name) || name.startsWith("x-forwarded-") || !HEADER_NAME.test(name);
}

type Parameter = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Throws ValidationException for what a request can't carry; never with the value in it. */
export function checkConnectionParameters(
  auth: Partial<eventbridge.CreateConnectionAuthRequestParameters> | undefined,
): void {
  const { ApiKeyAuthParameters: apiKey, BasicAuthParameters: basic } = auth ?? {};
  if (apiKey) {
    checkHeaderName("ApiKeyName", apiKey.ApiKeyName ?? "");
    checkText("ApiKeyValue", apiKey.ApiKeyValue ?? "");
  }
  checkText("Username", basic?.Username ?? "");
  checkText("Password", basic?.Password ?? "");
  checkParameters(auth?.InvocationHttpParameters);
  checkParameters(auth?.OAuthParameters?.OAuthHttpParameters);
}

/** Checks all but a body's parameters, which may be anything. */
function checkParameters(given: eventbridge.ConnectionHttpParameters | undefined): void {
  const { HeaderParameters, QueryStringParameters } = given ?? {};
  checkHeaders((HeaderParameters ?? []).map(({ Key = "", Value = "" }: Parameter) => [Key, Value]));
  for (const { Key = "", Value = "" } of (QueryStringParameters ?? []) as Parameter[])
    checkQuery(Key, Value);
}

/** Does the same for a target's own parameters. */
export function checkTargetParameters(parameters: eventbridge.HttpParameters | undefined): void {
  checkHeaders(Object.entries(parameters?.HeaderParameters ?? {}));
  for (const [key, value] of Object.entries(parameters?.QueryStringParameters ?? {}))
    checkQuery(key, value);
  for (const value of parameters?.PathParameterValues ?? []) {
    checkText("PathParameterValues", value);
    if (/^\.{1,2}$/.test(value))
      throw validation(
        "Parameter PathParameterValues is not valid. Reason: . and .. lead elsewhere.",
      );
  }
}

function checkHeaders(headers: readonly (readonly [string, string])[]): void {
  for (const [name, value] of headers) {
    checkHeaderName("HeaderParameters", name);
    checkText("HeaderParameters", value);
  }
}

function checkHeaderName(parameter: string, name: string): void {
  if (!HEADER_NAME.test(name))
    throw validation(
      `Parameter ${parameter} is not valid. Reason: a header's name has letters, digits and !#$%&'*+-.^_\`|~ alone.`,
    );
  if (isOwnHeader(name.toLowerCase()))
    throw validation(
      `Parameter ${parameter} is not valid. Reason: the header ${name} can't be overridden.`,
    );
}

function checkQuery(key: string, value: string): void {
  checkText("QueryStringParameters", key);
  checkText("QueryStringParameters", value);
}

function checkText(parameter: string, value: string): void {
  if (CONTROL_CHARACTER.test(value))
    throw validation(
      `Parameter ${parameter} is not valid. Reason: it holds a line's end or another control character.`,
    );
}
