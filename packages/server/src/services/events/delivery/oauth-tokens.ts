import type { ConnectionOAuthHttpMethod } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../../kernel/clock.ts";
import type { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { OutgoingAnswer, OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { isOwnHeader } from "../http-parameters.ts";
import { type AuthParameters, connectionArn, readParameters } from "../stored-connections.ts";
import type { ConnectionRow } from "../tables.ts";

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** Source: EventBridge user guide, "Authorization methods for connections". */
const RENEWED_BEFORE_MS = 60_000;
/** Tokens in memory, each 16 KB long at most. */
const TOKENS_MAX = 1_000;
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const TYPE = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** The value of the header `Authorization`, or why there is none. */
export type Token =
  | { readonly authorization: string }
  | {
      readonly reason: string;
      /** The endpoint refuses the connection's credentials, or can't be understood. */
      readonly isRefusal: boolean;
    };

interface Kept {
  readonly token: Promise<Token>;
  expiresMs: number;
}

/**
 * Exchanges the client credentials of connections for tokens (RFC 6749, section 4.4), and keeps
 * these in memory until they expire. Each node does by itself.
 */
export class OAuthTokens {
  readonly #outgoing: OutgoingClient;
  readonly #clock: Clock;
  readonly #secrets: SecretBox;
  readonly #kept = new LruMap<string, Kept>(TOKENS_MAX);

  constructor(outgoing: OutgoingClient, clock: Clock, secrets: SecretBox) {
    this.#outgoing = outgoing;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  /** A token for the connection: deliveries that need a new one at the same time share it. */
  tokenOf(connection: ConnectionRow): Promise<Token> {
    const key = keyOf(connection);
    const known = this.#kept.get(key);
    if (known && this.#clock.nowMs() < known.expiresMs - RENEWED_BEFORE_MS) return known.token;
    const fetched: Kept = {
      token: this.#fetch(connection).then(({ token, lastsMs }) => {
        fetched.expiresMs = this.#clock.nowMs() + lastsMs;
        return token;
      }),
      expiresMs: Number.POSITIVE_INFINITY,
    };
    // A failure of ours isn't kept.
    fetched.token.catch(() => {
      fetched.expiresMs = 0;
    });
    this.#kept.set(key, fetched);
    return fetched.token;
  }

  /** The receiver doesn't take the token any more. */
  forget(connection: ConnectionRow): void {
    const known = this.#kept.get(keyOf(connection));
    if (known) known.expiresMs = 0;
  }

  async #fetch(connection: ConnectionRow): Promise<{ token: Token; lastsMs: number }> {
    const refused = (reason: string, isRefusal: boolean) => ({
      token: { reason, isRefusal },
      lastsMs: 0,
    });
    const request = tokenRequest(readParameters(connection, this.#secrets));
    if (!request) return refused("the connection has no authorization parameters", true);
    try {
      const limits = { timeoutMs: TIMEOUT_MS, answerBytesMax: ANSWER_BYTES_MAX };
      const answer = await this.#outgoing.send({ ...request, ...limits });
      if (answer.status >= 200 && answer.status < 300)
        return (
          readToken(answer) ?? refused("the authorization endpoint gave no access_token", true)
        );
      const isRefusal = answer.status < 500 && answer.status !== 429;
      return refused(`the authorization endpoint answered ${answer.status}`, isRefusal);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return refused(`the authorization endpoint isn't reached: ${error.reason}`, false);
    }
  }
}

/** An update of the connection makes another token of it. */
function keyOf(connection: ConnectionRow): string {
  return `${connectionArn(connection)} ${connection.modified_at_ms}`;
}

/** The request has the credentials in its body, or in the query of a GET, which has no body. */
export function tokenRequest({ OAuthParameters: oauth }: AuthParameters) {
  if (!oauth) return undefined;
  const { BodyParameters, HeaderParameters, QueryStringParameters } =
    oauth.OAuthHttpParameters ?? {};
  const method: ConnectionOAuthHttpMethod = oauth.HttpMethod ?? "POST";
  const url = new URL(oauth.AuthorizationEndpoint ?? "");
  for (const [key, value] of pairsOf(QueryStringParameters)) url.searchParams.set(key, value);
  const credentials = {
    grant_type: "client_credentials",
    client_id: oauth.ClientParameters?.ClientID ?? "",
    client_secret: oauth.ClientParameters?.ClientSecret ?? "",
  };
  const headers = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "user-agent": "Amazon/EventBridge/ApiDestinations",
    ...Object.fromEntries(
      pairsOf(HeaderParameters)
        .map(([name, value]) => [name.toLowerCase(), value] as const)
        .filter(([name]) => !isOwnHeader(name)),
    ),
  };
  if (method === "GET") {
    for (const [key, value] of Object.entries(credentials))
      if (!url.searchParams.has(key)) url.searchParams.set(key, value);
    const { "content-type": _, ...bare } = headers;
    return { url: url.href, method, headers: bare };
  }
  const fields = { ...credentials, ...Object.fromEntries(pairsOf(BodyParameters)) };
  const isJson = /^application\/json\b/i.test(headers["content-type"]);
  const body = isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
  return { url: url.href, method, headers, body };
}

type Parameter = { readonly Key?: string | undefined; readonly Value?: string | undefined };

export function pairsOf(
  parameters: readonly Parameter[] | undefined,
): readonly (readonly [string, string])[] {
  return (parameters ?? []).map(({ Key = "", Value = "" }) => [Key, Value] as const);
}

function readToken({ body }: OutgoingAnswer): { token: Token; lastsMs: number } | undefined {
  const answer = objectOf(body.toString());
  const { access_token: token, token_type: type, expires_in: seconds } = answer;
  if (typeof token !== "string" || !TOKEN.test(token)) return undefined;
  const scheme = typeof type === "string" && TYPE.test(type) ? type : "Bearer";
  const named = scheme.toLowerCase() === "bearer" ? "Bearer" : scheme;
  const lasts = Number(seconds);
  // Without a time it is kept until a receiver refuses it.
  const lastsMs = Number.isFinite(lasts) && lasts > 0 ? lasts * 1_000 : Number.POSITIVE_INFINITY;
  return { token: { authorization: `${named} ${token}` }, lastsMs };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    // The connection's state says that there is no token in it.
    return {};
  }
}
