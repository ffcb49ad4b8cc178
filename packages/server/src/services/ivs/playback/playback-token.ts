import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type PlaybackClaims, readPlaybackClaims } from "./playback-claims.ts";

/** A token of all claims with five long origins has some 1,200 characters. */
const TOKEN_CHARACTERS_MAX = 8_192;
/** The one algorithm: ECDSA on P-384 with SHA-384. Source: IVS user guide, "Private channels". */
const ALGORITHM = "ES384";
const SIGNATURE_BYTES = 96;

/** The words in which IVS's playback refuses tokens, as viewers have seen them. */
const REFUSALS = {
  segments: "token contains an invalid number of segments",
  malformed: "token is malformed",
  signature: "signature is invalid",
} as const;

/**
 * Verifies the token of a playback request for a channel. Any of the account's keys may have signed
 * it; what else the header says (`kid`, `jwk`, `typ`) is not looked at. Text says why it is
 * refused.
 */
export function verifyPlaybackToken(
  token: string,
  channelArn: string,
  publicKeys: readonly string[],
  nowMs: number,
): PlaybackClaims | string {
  if (token.length > TOKEN_CHARACTERS_MAX) return REFUSALS.malformed;
  const [head = "", body = "", mark = "", ...more] = token.split(".");
  if (mark === "" || more.length > 0) return REFUSALS.segments;
  const header = jsonObject(head);
  const payload = jsonObject(body);
  const signature = canonicalBytes(mark);
  if (!header || !payload || !signature) return REFUSALS.malformed;
  if (header.alg !== ALGORITHM) return `signing method ${shortName(header.alg)} is invalid`;
  // Extensions that must be understood (RFC 7515, section 4.1.11): none is.
  if (header.crit !== undefined) return REFUSALS.malformed;
  const signed = Buffer.from(`${head}.${body}`);
  if (!publicKeys.some((pem) => hasSigned(createPublicKey(pem), signed, signature)))
    return REFUSALS.signature;
  const claims = readPlaybackClaims(payload, nowMs);
  if (typeof claims === "string") return claims;
  return claims.channelArn === channelArn ? claims : "aws:channel-arn is of another channel";
}

function hasSigned(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  return verify("sha384", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
}

function shortName(algorithm: unknown): string {
  return typeof algorithm === "string" ? algorithm.replace(/[^\w-]/g, "").slice(0, 16) : "";
}

/** Node's decoder skips what isn't base64url; a token has one spelling only. */
function canonicalBytes(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return part !== "" && bytes.toString("base64url") === part ? bytes : undefined;
}

function jsonObject(part: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = canonicalBytes(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch (error) {
    // The caller's text, not a fault of ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
