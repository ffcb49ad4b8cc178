import { createPublicKey } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import { isLoopback } from "../../kernel/loopback.ts";
import { LruMap } from "../../kernel/lru-map.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../kernel/outgoing/outgoing-error.ts";
import { idpCommunicationError, invalidIdentityToken } from "./errors.ts";
import { type IssuerKey, isJsonWebKey } from "./json-web-token.ts";

/** The time for each of the two requests to an issuer; AWS gives up after some seconds too. */
const FETCH_TIMEOUT_MS = 5_000;
/** The most bytes of a discovery document or key set. */
const DOCUMENT_BYTES_MAX = 256 * 1024;
/** AWS takes 100 RSA and 100 EC keys. Source: IAM User Guide, "Create an OIDC provider". */
const KEYS_MAX = 200;
const CACHED_ISSUERS_MAX = 200;
const KEYS_FRESH_MS = 10 * 60 * 1000;
/** The shortest time between requests for unknown keys, since strangers can make such tokens. */
const REFETCH_INTERVAL_MS = 10_000;

const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";

interface Fetched {
  readonly keys: Promise<readonly IssuerKey[]>;
  readonly atMs: number;
}

/** Fetches and keeps the keys that issuers publish (OpenID Connect Discovery 1.0, section 4). */
export class IssuerKeys {
  readonly #clock: Clock;
  readonly #fetchObject: FetchObject;
  readonly #fetched = new LruMap<string, Fetched>(CACHED_ISSUERS_MAX);

  /** `own` finds the documents that this server publishes itself. */
  constructor(
    clock: Clock,
    outgoing: OutgoingClient,
    own: (url: URL) => Promise<object | undefined> = async () => undefined,
  ) {
    this.#clock = clock;
    this.#fetchObject = async (url) =>
      (await own(url).then((found) => found as Record<string, unknown> | undefined)) ??
      fetchObject(url, outgoing);
  }

  /**
   * The issuer's keys. One of them satisfies `fits`, unless the issuer has no such key now.
   *
   * @throws IDPCommunicationError when the issuer can't be reached, InvalidIdentityToken when its
   *   answer has no keys
   */
  async keysOf(issuer: string, fits: (key: IssuerKey) => boolean): Promise<readonly IssuerKey[]> {
    const known = this.#fetched.get(issuer);
    const ageMs = known ? this.#clock.nowMs() - known.atMs : Number.POSITIVE_INFINITY;
    if (known && ageMs < KEYS_FRESH_MS) {
      const keys = await known.keys;
      if (keys.some(fits) || ageMs < REFETCH_INTERVAL_MS) return keys;
    }
    const current = this.#fetched.get(issuer);
    // Another request may have begun to fetch while this one waited.
    if (current && current !== known) return current.keys;
    return this.#fetch(issuer, known);
  }

  clear(): void {
    this.#fetched.clear();
  }

  /** After a failure the next request asks again; known keys stay for the tokens that they fit. */
  #fetch(issuer: string, known: Fetched | undefined): Promise<readonly IssuerKey[]> {
    const keys = fetchKeys(issuer, this.#fetchObject);
    this.#fetched.set(issuer, { keys, atMs: this.#clock.nowMs() });
    keys.catch(() => {
      if (this.#fetched.get(issuer)?.keys !== keys) return;
      if (known) this.#fetched.set(issuer, known);
      else this.#fetched.delete(issuer);
    });
    return keys;
  }
}

type FetchObject = (url: URL) => Promise<Record<string, unknown>>;

async function fetchKeys(issuer: string, fetchObject: FetchObject): Promise<readonly IssuerKey[]> {
  const base = issuer.endsWith("/") ? issuer.slice(0, -1) : issuer;
  const discovery = await fetchObject(permitted(`${base}/.well-known/openid-configuration`));
  if (discovery.issuer !== issuer) throw invalidIdentityToken(NO_KEY);
  const from = typeof discovery.jwks_uri === "string" ? discovery.jwks_uri : "";
  const url = permitted(from);
  // A remote issuer must not point this server at what only this machine reaches.
  if (issuer.startsWith("https:") && url.protocol !== "https:") throw invalidIdentityToken(NO_KEY);
  const { keys } = await fetchObject(url);
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) throw invalidIdentityToken(NO_KEY);
  return keys.flatMap(issuerKey);
}

/** https, or http to this machine. */
function permitted(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const allowed = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(host));
  if (!url || !allowed || url.username !== "" || url.password !== "")
    throw invalidIdentityToken(NO_KEY);
  return url;
}

async function fetchObject(url: URL, outgoing: OutgoingClient): Promise<Record<string, unknown>> {
  const text = await fetchText(url, outgoing).catch((cause: unknown) => {
    throw idpCommunicationError(cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonWebKey(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidIdentityToken(NO_KEY);
}

async function fetchText(url: URL, outgoing: OutgoingClient): Promise<string> {
  const { status, body } = await outgoing.send({
    url: url.href,
    method: "GET",
    headers: { accept: "application/json", "accept-encoding": "identity" },
    timeoutMs: FETCH_TIMEOUT_MS,
    answerBytesMax: DOCUMENT_BYTES_MAX,
  });
  if (status !== 200) throw new OutgoingError(`it answered ${status}`);
  return body.toString("utf8");
}

/** Empty for keys that aren't for signatures, or that this runtime can't read. */
function issuerKey(jwk: unknown): IssuerKey[] {
  if (!isJsonWebKey(jwk) || (jwk.use !== undefined && jwk.use !== "sig")) return [];
  if (jwk.kty !== "RSA" && jwk.kty !== "EC") return [];
  const { kid, alg } = jwk;
  try {
    return [
      {
        keyId: typeof kid === "string" ? kid : undefined,
        algorithm: typeof alg === "string" ? alg : undefined,
        key: createPublicKey({ key: jwk, format: "jwk" }),
      },
    ];
  } catch {
    // A malformed key verifies nothing; the others still do.
    return [];
  }
}
