import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import { checkReceiver } from "./check-receiver.ts";
import { validation } from "./errors.ts";
import { checkConnectionParameters } from "./http-parameters.ts";
import type { AuthParameters } from "./stored-connections.ts";

/** The parameters that each way to authenticate needs. */
const NEEDED = {
  API_KEY: "ApiKeyAuthParameters",
  BASIC: "BasicAuthParameters",
  OAUTH_CLIENT_CREDENTIALS: "OAuthParameters",
} as const;
type Type = keyof typeof NEEDED;

/** Throws ValidationException for what a connection can't be made of. */
export function checkAuth(
  type: string,
  parameters: AuthParameters | undefined,
  outgoing: OutgoingClient,
): void {
  checkConnectionParameters(parameters);
  const needed = NEEDED[type as Type];
  if (!isWhole(needed, parameters))
    throw validation(`Missing authorization parameters for AuthorizationType ${type}.`);
  const surplus = Object.values(NEEDED).find(
    (name) => name !== needed && parameters?.[name] !== undefined,
  );
  if (surplus !== undefined)
    throw validation(`${surplus} isn't for connections whose AuthorizationType is ${type}.`);
  const endpoint = parameters?.OAuthParameters?.AuthorizationEndpoint;
  if (endpoint !== undefined) checkReceiver("AuthorizationEndpoint", endpoint, outgoing);
}

/** EventBridge takes the method of a token's request in any case. */
export function inUpperCase(parameters: AuthParameters): AuthParameters {
  const { OAuthParameters } = parameters;
  if (OAuthParameters?.HttpMethod === undefined) return parameters;
  const method = OAuthParameters.HttpMethod.toUpperCase();
  const HttpMethod = method as eventbridge.ConnectionOAuthHttpMethod;
  return { ...parameters, OAuthParameters: { ...OAuthParameters, HttpMethod } };
}

/** False after an update that gives only some of what another way to authenticate needs. */
function isWhole(
  needed: (typeof NEEDED)[Type],
  {
    ApiKeyAuthParameters: key,
    BasicAuthParameters: basic,
    OAuthParameters: oauth,
  }: Partial<AuthParameters> = {},
): boolean {
  switch (needed) {
    case "ApiKeyAuthParameters":
      return Boolean(key?.ApiKeyName && key.ApiKeyValue);
    case "BasicAuthParameters":
      return Boolean(basic?.Username && basic.Password);
    case "OAuthParameters": {
      const { ClientID, ClientSecret } = oauth?.ClientParameters ?? {};
      return Boolean(ClientID && ClientSecret && oauth?.AuthorizationEndpoint && oauth.HttpMethod);
    }
  }
}

/**
 * A connection's parameters after an update, which gives those that change. Of those it had before,
 * the ones for another way to authenticate go.
 */
export function mergedParameters(
  type: string,
  before: AuthParameters,
  given: eventbridge.UpdateConnectionAuthRequestParameters = {},
): AuthParameters {
  const { ApiKeyAuthParameters, BasicAuthParameters, OAuthParameters } = before;
  const client = over(
    OAuthParameters?.ClientParameters,
    given.OAuthParameters?.ClientParameters ?? {},
  );
  const merged: Readonly<Record<(typeof NEEDED)[Type], object>> = {
    ApiKeyAuthParameters: over(ApiKeyAuthParameters, given.ApiKeyAuthParameters),
    BasicAuthParameters: over(BasicAuthParameters, given.BasicAuthParameters),
    OAuthParameters: {
      ...over(OAuthParameters, given.OAuthParameters),
      ClientParameters: client,
    },
  };
  const { InvocationHttpParameters = before.InvocationHttpParameters } = given;
  const names = Object.values(NEEDED).filter(
    (name) => given[name] ?? (name === NEEDED[type as Type] && before[name]),
  );
  return {
    ...Object.fromEntries(names.map((name) => [name, merged[name]])),
    ...(InvocationHttpParameters && { InvocationHttpParameters }),
  };
}

/** A structure with the members that are given in place of its own. */
function over(before: object = {}, given: object = {}): object {
  return { ...before, ...given };
}

/** Drops what DescribeConnection never shows: passwords, keys' values, secret parameters. */
export function withoutSecrets(
  given: AuthParameters,
): eventbridge.ConnectionAuthResponseParameters | undefined {
  const { ApiKeyAuthParameters, BasicAuthParameters, OAuthParameters } = given;
  const { InvocationHttpParameters } = given;
  if (Object.keys(given).length === 0) return undefined;
  return {
    ...(ApiKeyAuthParameters && {
      ApiKeyAuthParameters: { ApiKeyName: ApiKeyAuthParameters.ApiKeyName },
    }),
    ...(BasicAuthParameters && {
      BasicAuthParameters: { Username: BasicAuthParameters.Username },
    }),
    ...(OAuthParameters && {
      OAuthParameters: {
        ClientParameters: { ClientID: OAuthParameters.ClientParameters?.ClientID },
        AuthorizationEndpoint: OAuthParameters.AuthorizationEndpoint,
        HttpMethod: OAuthParameters.HttpMethod,
        ...(OAuthParameters.OAuthHttpParameters && {
          OAuthHttpParameters: shownOf(OAuthParameters.OAuthHttpParameters),
        }),
      },
    }),
    ...(InvocationHttpParameters && {
      InvocationHttpParameters: shownOf(InvocationHttpParameters),
    }),
  };
}

function shownOf(given: eventbridge.ConnectionHttpParameters) {
  const shown = <T extends { IsValueSecret?: boolean | undefined }>(list: T[] | undefined) =>
    list?.map((each) => (each.IsValueSecret ? { ...each, Value: undefined } : each));
  return {
    HeaderParameters: shown(given.HeaderParameters),
    QueryStringParameters: shown(given.QueryStringParameters),
    BodyParameters: shown(given.BodyParameters),
  };
}
