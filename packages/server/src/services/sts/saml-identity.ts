import { createHash } from "node:crypto";
import { childrenNamed, type ScopedXml } from "@rolecast/wire";
import type { SamlProviderRecord } from "../../kernel/ports/identity.ts";
import type { ContextValue } from "../../kernel/principal.ts";
import { SESSION_SECONDS_MAX, SESSION_SECONDS_MIN } from "./constraints.ts";
import { expiredIdentityToken, invalidIdentityToken, notAuthorized } from "./errors.ts";
import { PRINCIPAL_TAG_ATTRIBUTE, SamlAttributes } from "./saml-attributes.ts";
import { ASSERTION_NAMESPACE, signedAssertion } from "./saml-signature.ts";
import type { SessionTag } from "./session.ts";

/** AWS's own limit: `Token must be redeemed within 5 minutes of issuance`. */
const REDEEMED_WITHIN_MS = 5 * 60 * 1000;
/** The most that an identity provider's clock may run ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
const NAME_ID_FORMATS = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/** AWS's sign-in endpoints: global, regional, and with a provider's own id. */
const SIGN_IN_URL =
  /^https:\/\/(?:[a-z0-9-]+\.)?signin\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\/saml(?:\/acs\/\w+)?$/;
const AUDIENCE_URN = /^urn:amazon:webservices(?::\w+)?$/;
const IDENTIFIER = /^[\w+=,.@-]{2,64}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The subject of a verified SAML assertion. */
export interface SamlIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** `persistent`, `transient`, or a format that isn't SAML 2.0's own, unchanged. */
  readonly subjectType: string;
  /** Distinguishes subjects of the same name from different providers. */
  readonly nameQualifier: string;
  /** The recipient, which AWS calls the audience. */
  readonly audience: string;
  readonly roleSessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
  /** The longest session that `SessionDuration` and `SessionNotOnOrAfter` allow. */
  readonly secondsMax: number;
  /** `saml:sub` and its siblings, lower-cased, which the session keeps. */
  readonly sessionContext: readonly (readonly [key: string, value: ContextValue])[];
  /** Keys that only the trust policy sees. */
  readonly trustContext: readonly (readonly [key: string, value: ContextValue])[];
}

export interface SamlRequest {
  readonly roleArn: string;
  readonly accountId: string;
  readonly provider: SamlProviderRecord;
  readonly nowMs: number;
}

/**
 * Verifies a response for a role: signed by the provider, for AWS, in force, and naming that role.
 *
 * @throws InvalidIdentityToken, ExpiredTokenException, IDPRejectedClaim, AccessDenied
 */
export function verifySamlResponse(base64: string, request: SamlRequest): SamlIdentity {
  const { provider, accountId, nowMs } = request;
  const assertion = signedAssertion(decoded(base64), provider);
  const issuer = childText(assertion, "Issuer") ?? "";
  if (issuer !== provider.entityId)
    throw invalidIdentityToken("Issuer not present in specified provider");
  checkIssued(assertion, nowMs);
  checkConditions(assertion, nowMs);
  const { subject, subjectType, audience } = subjectOf(assertion, nowMs);
  const attributes = new SamlAttributes(assertion);
  checkRole(attributes, request);
  const providerName = provider.arn.slice(provider.arn.lastIndexOf("/") + 1);
  const nameQualifier = createHash("sha1")
    .update(`${issuer}${accountId}/${providerName}`)
    .digest("base64");
  return {
    issuer,
    subject,
    subjectType,
    nameQualifier,
    audience,
    roleSessionName: roleSessionNameOf(attributes),
    sourceIdentity: sourceIdentityOf(attributes),
    tags: tagsOf(attributes),
    transitiveTagKeys: attributes.all("TransitiveTagKeys"),
    secondsMax: Math.min(durationOf(attributes), untilSessionEnd(assertion, nowMs)),
    sessionContext: [
      ["saml:sub", subject],
      ["saml:sub_type", subjectType],
      ["saml:namequalifier", nameQualifier],
    ],
    trustContext: [
      ...attributes.conditionKeys(),
      ["saml:iss", issuer],
      ["saml:aud", audience],
      ["saml:doc", `${accountId}/${providerName}`],
    ],
  };
}

function decoded(base64: string): string {
  const compact = base64.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    throw invalidIdentityToken("Invalid base64 SAMLResponse");
  return Buffer.from(compact, "base64").toString("utf8");
}

function checkIssued({ element }: ScopedXml, nowMs: number): void {
  const issuedMs = timeOf(element.attributes.get("IssueInstant"));
  if (issuedMs > nowMs + CLOCK_SKEW_MS) throw notYetValid();
  if (nowMs > issuedMs + REDEEMED_WITHIN_MS)
    throw expiredIdentityToken("Token must be redeemed within 5 minutes of issuance");
}

function checkConditions(assertion: ScopedXml, nowMs: number): void {
  const [conditions, ...more] = childrenNamed(assertion, ASSERTION_NAMESPACE, "Conditions");
  const restrictions = conditions
    ? childrenNamed(conditions, ASSERTION_NAMESPACE, "AudienceRestriction")
    : [];
  if (!conditions || more.length > 0 || restrictions.length === 0) throw audienceMissing();
  const { attributes } = conditions.element;
  const from = attributes.get("NotBefore");
  if (from !== undefined && timeOf(from) > nowMs + CLOCK_SKEW_MS) throw notYetValid();
  checkNotOver(attributes.get("NotOnOrAfter"), nowMs);
  // Several restrictions must all be met; one is met by any of its audiences (SAML 2.0, 2.5.1.4).
  for (const restriction of restrictions) {
    const audiences = childrenNamed(restriction, ASSERTION_NAMESPACE, "Audience").map(textOf);
    if (!audiences.some((each) => SIGN_IN_URL.test(each) || AUDIENCE_URN.test(each)))
      throw audienceMissing();
  }
}

/** Source: IAM User Guide, "Configure SAML assertions": exactly one confirmation, with both. */
function subjectOf(assertion: ScopedXml, nowMs: number) {
  const [subject, ...more] = childrenNamed(assertion, ASSERTION_NAMESPACE, "Subject");
  const nameId = subject && childrenNamed(subject, ASSERTION_NAMESPACE, "NameID").at(0);
  const name = nameId ? textOf(nameId) : "";
  if (!subject || !nameId || name === "" || more.length > 0)
    throw notAuthorized("sts:AssumeRoleWithSAML");
  const confirmations = childrenNamed(subject, ASSERTION_NAMESPACE, "SubjectConfirmation");
  const [data, ...others] = confirmations
    .filter(({ element }) => element.attributes.get("Method") === BEARER)
    .flatMap((each) => childrenNamed(each, ASSERTION_NAMESPACE, "SubjectConfirmationData"));
  const recipient = data?.element.attributes.get("Recipient");
  const until = data?.element.attributes.get("NotOnOrAfter");
  if (recipient === undefined || until === undefined || others.length > 0)
    throw invalidIdentityToken(
      "The SAML assertion must have exactly one bearer SubjectConfirmationData with Recipient and NotOnOrAfter.",
    );
  if (!SIGN_IN_URL.test(recipient))
    throw invalidIdentityToken(
      "The Recipient of the SAML assertion is not the AWS sign-in endpoint.",
    );
  checkNotOver(until, nowMs);
  const format = nameId.element.attributes.get("Format") ?? UNSPECIFIED;
  return { subject: name, subjectType: withoutPrefix(format), audience: recipient };
}

function checkRole(attributes: SamlAttributes, { roleArn, provider }: SamlRequest): void {
  const pairs = attributes.all("Role").map((pair) => pair.split(",").map((arn) => arn.trim()));
  // Identity providers send either one first.
  const named = pairs.some(
    (pair) => pair.length === 2 && pair.includes(roleArn) && pair.includes(provider.arn),
  );
  if (!named)
    throw invalidIdentityToken(
      "SAML Assertion doesn't contain the requested Role and Metadata in the attributes.",
    );
}

function roleSessionNameOf(attributes: SamlAttributes): string {
  const name = attributes.one("RoleSessionName");
  if (name === undefined || name === "")
    throw invalidIdentityToken("RoleSessionName is required in AuthnResponse");
  if (IDENTIFIER.test(name)) return name;
  throw invalidIdentityToken(
    "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
  );
}

function sourceIdentityOf(attributes: SamlAttributes): string | undefined {
  const identity = attributes.one("SourceIdentity");
  if (identity === undefined || (IDENTIFIER.test(identity) && !identity.startsWith("aws:")))
    return identity;
  throw invalidIdentityToken(
    'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
  );
}

function tagsOf(attributes: SamlAttributes): readonly SessionTag[] {
  return attributes.suffixesOf(PRINCIPAL_TAG_ATTRIBUTE).map((key) => {
    const value = attributes.one(PRINCIPAL_TAG_ATTRIBUTE + key);
    if (key !== "" && value !== undefined) return { key, value };
    throw invalidIdentityToken("The session tags of the SAML assertion are malformed.");
  });
}

function durationOf(attributes: SamlAttributes): number {
  const text = attributes.one("SessionDuration");
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= SESSION_SECONDS_MIN && seconds <= SESSION_SECONDS_MAX) return seconds;
  throw invalidIdentityToken(
    `The SessionDuration of the SAML assertion must be between ${SESSION_SECONDS_MIN} and ${SESSION_SECONDS_MAX}.`,
  );
}

function untilSessionEnd(assertion: ScopedXml, nowMs: number): number {
  const ends = childrenNamed(assertion, ASSERTION_NAMESPACE, "AuthnStatement").flatMap(
    ({ element }) => element.attributes.get("SessionNotOnOrAfter") ?? [],
  );
  for (const end of ends) checkNotOver(end, nowMs);
  return Math.min(...ends.map((end) => Math.ceil((timeOf(end) - nowMs) / 1000)));
}

function checkNotOver(until: string | undefined, nowMs: number): void {
  if (until !== undefined && timeOf(until) <= nowMs)
    throw expiredIdentityToken("The SAML assertion provided has expired.");
}

function timeOf(text: string | undefined): number {
  const ms = text !== undefined && DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw invalidIdentityToken("A date of the SAML assertion is malformed.");
  return ms;
}

function childText(parent: ScopedXml, name: string): string | undefined {
  const child = childrenNamed(parent, ASSERTION_NAMESPACE, name).at(0);
  return child && textOf(child);
}

function textOf({ element }: ScopedXml): string {
  return element.text.trim();
}

function withoutPrefix(format: string): string {
  return format.startsWith(NAME_ID_FORMATS) ? format.slice(NAME_ID_FORMATS.length) : format;
}

function notYetValid() {
  return invalidIdentityToken("The SAML assertion provided is not valid yet.");
}

function audienceMissing() {
  return invalidIdentityToken("Response does not contain the required audience.");
}
