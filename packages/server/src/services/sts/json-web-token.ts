import { type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { invalidIdentityToken } from "./errors.ts";

/** A signed token in parts; nothing in it is proven before `verifyJsonWebToken`. */
export interface JsonWebToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signedText: string;
  readonly signature: Buffer;
}

/** A key that an issuer publishes for signatures. */
export interface IssuerKey {
  readonly keyId: string | undefined;
  /** Undefined if the issuer doesn't bind the key to an algorithm. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

interface Algorithm {
  readonly keyType: "rsa" | "ec";
  readonly digest: string;
  /** For ECDSA, the algorithm's one curve (RFC 7518, section 3.4). */
  readonly curve?: string;
}

/** AWS accepts asymmetric signatures only. Source: IAM User Guide, "Create an OIDC provider". */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ["RS256", { keyType: "rsa", digest: "sha256" }],
  ["RS384", { keyType: "rsa", digest: "sha384" }],
  ["RS512", { keyType: "rsa", digest: "sha512" }],
  ["ES256", { keyType: "ec", digest: "sha256", curve: "prime256v1" }],
  ["ES384", { keyType: "ec", digest: "sha384", curve: "secp384r1" }],
  ["ES512", { keyType: "ec", digest: "sha512", curve: "secp521r1" }],
]);

/** Shorter RSA keys are refused (RFC 7518, section 3.3). */
const RSA_BITS_MIN = 2048;

const NOT_A_JWT =
  "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";

/** @throws InvalidIdentityToken for anything but a JWT signed by a known algorithm */
export function parseJsonWebToken(text: string): JsonWebToken {
  const [head = "", body = "", signature = "", ...more] = text.split(".");
  const header = jsonObject(head);
  const claims = jsonObject(body);
  if (!header || !claims || signature === "" || more.length > 0)
    throw invalidIdentityToken(NOT_A_JWT);
  const { alg, kid, crit } = header;
  // Extensions that must be understood (RFC 7515, section 4.1.11): none is.
  if (typeof alg !== "string" || !ALGORITHMS.has(alg) || crit !== undefined)
    throw invalidIdentityToken("The ID Token provided is signed by an unsupported algorithm.");
  return {
    algorithm: alg,
    keyId: typeof kid === "string" ? kid : undefined,
    claims,
    signedText: `${head}.${body}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

/**
 * Whether one of the matching keys made the signature. The token chooses among the issuer's keys
 * but not how they are used: the key's type, curve and declared algorithm must be those of its
 * `alg`.
 */
export function verifyJsonWebToken(token: JsonWebToken, keys: readonly IssuerKey[]): boolean {
  return keys.some((candidate) => mayHaveSigned(token, candidate) && hasSigned(token, candidate));
}

export function mayHaveSigned(token: JsonWebToken, { keyId, algorithm, key }: IssuerKey): boolean {
  const expected = ALGORITHMS.get(token.algorithm);
  if (!expected || key.asymmetricKeyType !== expected.keyType) return false;
  if (algorithm !== undefined && algorithm !== token.algorithm) return false;
  if (token.keyId !== undefined && keyId !== undefined && keyId !== token.keyId) return false;
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  return expected.keyType === "ec" ? namedCurve === expected.curve : modulusLength >= RSA_BITS_MIN;
}

function hasSigned(token: JsonWebToken, { key }: IssuerKey): boolean {
  const digest = ALGORITHMS.get(token.algorithm)?.digest;
  const data = Buffer.from(token.signedText);
  return verify(digest, data, { key, dsaEncoding: "ieee-p1363" }, token.signature);
}

export function isJsonWebKey(value: unknown): value is JsonWebKey & Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(part, "base64url");
  // Node's decoder skips what isn't base64url; a token has one spelling only.
  if (part === "" || bytes.toString("base64url") !== part) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isJsonWebKey(value) ? value : undefined;
  } catch (error) {
    // The caller's text is wrong; this isn't an internal error.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
