import { createPublicKey, verify } from "node:crypto";
import type { Kysely } from "kysely";
import type { ResourceReference } from "../../../kernel/tagged-resources/resource-arns.ts";
import { arns, type ResourceType } from "../resource-arn.ts";
import { findPublicKey } from "../rows/public-keys.ts";
import type { RealTimeTables } from "../tables.ts";
import { type Claims, readClaims } from "./token-claims.ts";
import type { TokenSignature } from "./token-signature.ts";

/** 1 KB of attributes, a user id and the addresses of a stage, escaped and in base64. */
const TOKEN_CHARACTERS_MAX = 16 * 1024;
/** A customer's signature: ECDSA on P-384 with SHA-384. */
const CUSTOMERS_ALGORITHM = "ES384";
const CUSTOMERS_SIGNATURE_BYTES = 96;
/** Ours, as AWS's own tokens say it. */
const OWN_ALGORITHM = "KMS";

/** A participant's token, after its signature and claims were verified. */
export interface StageToken extends Claims {
  readonly stage: ResourceReference<ResourceType>;
  readonly stageArn: string;
  /** A customer has signed it: only such tokens can be exchanged. */
  readonly isCustomers: boolean;
}

/** The words of a refusal, as Amazon's clients know them. */
export interface TokenRefusal {
  readonly code:
    | "TOKEN_EXPIRED"
    | "TOKEN_INVALID"
    | "TOKEN_INVALID_SIGNATURE"
    | "TOKEN_MISSING"
    | "STAGE_DELETED"
    | "PARTICIPANT_DISCONNECTED"
    | "BAD_REQUEST"
    | "INTERNAL";
  readonly message: string;
}

export interface TokenReaderOptions {
  readonly db: () => Kysely<RealTimeTables>;
  readonly signature: TokenSignature;
  readonly endpoints: () => { readonly events: string; readonly whip: string };
}

/** Verifies participants' tokens, those that the API has issued and those that customers sign. */
export class TokenReader {
  readonly #options: TokenReaderOptions;

  constructor(options: TokenReaderOptions) {
    this.#options = options;
  }

  async read(token: string, nowMs: number): Promise<StageToken | TokenRefusal> {
    const invalid = (message: string): TokenRefusal => ({ code: "TOKEN_INVALID", message });
    if (token === "") return { code: "TOKEN_MISSING", message: "There is no token" };
    if (token.length > TOKEN_CHARACTERS_MAX) return invalid("The token is too long");
    const [head = "", body = "", mark = "", ...more] = token.split(".");
    const header = jsonObject(head);
    const payload = jsonObject(body);
    if (!header || !payload || mark === "" || more.length > 0)
      return invalid("The token is malformed");
    const signed = `${head}.${body}`;
    const isCustomers = header.alg === CUSTOMERS_ALGORITHM;
    const isGenuine = isCustomers
      ? await this.#isCustomers(header, payload, signed, mark)
      : header.alg === OWN_ALGORITHM && this.#options.signature.isOf(signed, mark);
    if (!isGenuine)
      return { code: "TOKEN_INVALID_SIGNATURE", message: "The token's signature is invalid" };
    const claims = readClaims(payload, nowMs);
    if (typeof claims === "string") return invalid(claims);
    const stage = arns.parse(claims.resource);
    if (stage?.type !== "stage" || claims.topic !== stage.id)
      return invalid("The token's resource and topic aren't those of a stage");
    // Ours may have been issued by another node, under its own address.
    const { events, whip } = this.#options.endpoints();
    if (isCustomers && (claims.eventsUrl !== events || claims.whipUrl !== whip))
      return invalid("The token's events_url and whip_url aren't the stage's endpoints");
    if (claims.expiresAtMs <= nowMs)
      return { code: "TOKEN_EXPIRED", message: "The token has expired" };
    return { ...claims, stage, stageArn: claims.resource, isCustomers };
  }

  /** Whether the key that the header names is the stage's account's, and has signed the token. */
  async #isCustomers(
    header: JsonObject,
    payload: JsonObject,
    signed: string,
    mark: string,
  ): Promise<boolean> {
    // Extensions that must be understood (RFC 7515, section 4.1.11): none is.
    if (header.crit !== undefined || typeof header.kid !== "string") return false;
    const named = arns.parse(header.kid);
    const stage = typeof payload.resource === "string" ? arns.parse(payload.resource) : undefined;
    if (named?.type !== "public-key" || !stage) return false;
    if (named.accountId !== stage.accountId || named.region !== stage.region) return false;
    const key = await findPublicKey(this.#options.db(), named, named.id);
    const signature = canonicalBytes(mark);
    if (!key || signature?.length !== CUSTOMERS_SIGNATURE_BYTES) return false;
    const by = { key: createPublicKey(key.public_key), dsaEncoding: "ieee-p1363" } as const;
    return verify("sha384", Buffer.from(signed), by, signature);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Node's decoder skips what isn't base64url; a token has one spelling only. */
function canonicalBytes(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return part !== "" && bytes.toString("base64url") === part ? bytes : undefined;
}

function jsonObject(part: string): JsonObject | undefined {
  const bytes = canonicalBytes(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch (error) {
    // The client's text, not a fault of ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
