import type { FederationDirectory, OidcProviderRecord } from "../../kernel/ports/identity.ts";
import type { ContextValue } from "../../kernel/principal.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { expiredIdentityToken, invalidIdentityToken } from "./errors.ts";
import type { IssuerKeys } from "./issuer-keys.ts";
import { mayHaveSigned, parseJsonWebToken, verifyJsonWebToken } from "./json-web-token.ts";
import type { SessionTag } from "./session.ts";

/** The most that an issuer's clock may run ahead of ours. */
const CLOCK_SKEW_S = 300;
const TAGS_CLAIM = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity";

/** The holder of a verified token of an OpenID Connect provider. */
export interface WebIdentity {
  readonly provider: OidcProviderRecord;
  readonly subject: string;
  readonly audience: string;
  /** `<issuer>:sub` and its siblings, lower-cased: for the trust policy and for the session. */
  readonly context: readonly (readonly [key: string, value: ContextValue])[];
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

export interface WebIdentityDependencies {
  readonly federation: FederationDirectory;
  readonly keys: IssuerKeys;
}

/**
 * Verifies a token for a role of `accountId`: its issuer is a provider of that account, one of the
 * issuer's published keys signed it, it was issued for one of the provider's client ids, and it is
 * in force.
 *
 * @throws InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError
 */
export async function verifyWebIdentity(
  text: string,
  accountId: string,
  { federation, keys }: WebIdentityDependencies,
  context: RequestContext,
): Promise<WebIdentity> {
  const token = parseJsonWebToken(text);
  const { claims } = token;
  const issuer = requiredText(claims, "iss");
  const provider = await federation.findOidcProvider(accountId, issuer, context);
  if (!provider)
    throw invalidIdentityToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  const fitting = await keys.keysOf(issuer, (key) => mayHaveSigned(token, key));
  if (!verifyJsonWebToken(token, fitting))
    throw invalidIdentityToken("The ID Token provided has an invalid signature.");
  checkTimes(claims, context.nowMs);
  const subject = requiredText(claims, "sub");
  const { audience, original } = audienceOf(claims, provider);
  const email = claims.email;
  const amr = textsOf(claims.amr);
  const keyed: (readonly [string, ContextValue])[] = [
    ["sub", subject],
    ["aud", audience],
    ...(original === undefined ? [] : [["oaud", original] as const]),
    ...(typeof email === "string" ? [["email", email] as const] : []),
    ...(amr.length > 0 ? [["amr", amr] as const] : []),
  ];
  const prefix = provider.url.toLowerCase();
  return {
    provider,
    subject,
    audience,
    context: keyed.map(([key, value]) => [`${prefix}:${key}`, value] as const),
    ...tagsOf(claims[TAGS_CLAIM]),
    sourceIdentity: sourceIdentityOf(claims[SOURCE_IDENTITY_CLAIM]),
  };
}

function checkTimes(claims: Readonly<Record<string, unknown>>, nowMs: number): void {
  const now = Math.floor(nowMs / 1000);
  const expires = requiredNumber(claims, "exp");
  if (now >= expires)
    throw expiredIdentityToken(
      `Token expired: current date/time ${now} must be before the expiration date/time ${Math.floor(expires)}`,
    );
  const issued = requiredNumber(claims, "iat");
  const from = claims.nbf === undefined ? issued : requiredNumber(claims, "nbf");
  if (Math.max(issued, from) > now + CLOCK_SKEW_S)
    throw invalidIdentityToken("The ID Token provided is not valid yet.");
}

/**
 * If a token has `azp`, that is the audience, and `aud` becomes `oaud`.
 * Source: IAM User Guide, "Available keys for AWS OIDC federation".
 */
function audienceOf(claims: Readonly<Record<string, unknown>>, provider: OidcProviderRecord) {
  const issuedFor = textsOf(claims.aud);
  const { azp } = claims;
  const party = typeof azp === "string" ? azp : undefined;
  const audience =
    party === undefined
      ? issuedFor.find((each) => provider.clientIds.includes(each))
      : provider.clientIds.find((each) => each === party);
  if (audience === undefined || issuedFor.length === 0)
    throw invalidIdentityToken("Incorrect token audience");
  const first = issuedFor[0] ?? audience;
  return { audience, original: party === undefined ? undefined : first };
}

/** Source: IAM User Guide, "Pass session tags using AssumeRoleWithWebIdentity". */
function tagsOf(claim: unknown): Pick<WebIdentity, "tags" | "transitiveTagKeys"> {
  if (claim === undefined) return { tags: [], transitiveTagKeys: [] };
  if (!isRecord(claim) || !isRecord(claim.principal_tags))
    throw invalidIdentityToken("The session tags of the ID Token provided are malformed.");
  const tags = Object.entries(claim.principal_tags).map(([key, values]): SessionTag => {
    const [value, ...more] = textsOf(values);
    if (value === undefined || more.length > 0)
      throw invalidIdentityToken("The session tags of the ID Token provided are malformed.");
    return { key, value };
  });
  return { tags, transitiveTagKeys: textsOf(claim.transitive_tag_keys) };
}

function sourceIdentityOf(claim: unknown): string | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim === "string" && /^[\w+=,.@-]{2,64}$/.test(claim)) return claim;
  throw invalidIdentityToken("The source identity of the ID Token provided is malformed.");
}

function requiredText(claims: Readonly<Record<string, unknown>>, name: string): string {
  const value = claims[name];
  if (typeof value === "string" && value !== "") return value;
  throw invalidIdentityToken(`Missing a required claim: ${name}`);
}

function requiredNumber(claims: Readonly<Record<string, unknown>>, name: string): number {
  const value = claims[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalidIdentityToken(`Missing a required claim: ${name}`);
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is string => typeof item === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
