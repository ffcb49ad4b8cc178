import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type SamlIdentity,
  type SamlRequest,
  verifySamlResponse,
} from "../../../packages/server/src/services/sts/saml-identity.ts";
import {
  assertionOf,
  base64,
  type Claims,
  claims,
  ENTITY_ID,
  responseOf,
  type SamlKey,
  SIGN_IN,
  samlKey,
  signed,
} from "./saml-idp.ts";

/*
 * A signed assertion with one part left out, given twice, or off by one: no other part can be what
 * it is refused for. Sources: IAM User Guide, "Configure SAML assertions"; SAML 2.0, core.
 */

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");
const MINUTES_5 = 300_000;
const ACCOUNT = "000000000000";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/staff`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`;
const TIMES = { issuedMs: NOW_MS, notBeforeMs: NOW_MS, untilMs: NOW_MS + 1 };

let key: SamlKey;
beforeAll(async () => {
  key = await samlKey();
});

type Change = Partial<Claims> | ((xml: string) => string);

function verified(change: Change = {}): SamlIdentity {
  const [changed, rewrite] =
    typeof change === "function" ? [{}, change] : [change, (xml: string) => xml];
  const xml = assertionOf(claims(ROLE, PROVIDER, { ...TIMES, ...changed }));
  const written = rewrite(xml);
  if (typeof change === "function") expect(written, "the change changes something").not.toBe(xml);
  const request: SamlRequest = {
    ...{ roleArn: ROLE, accountId: ACCOUNT, nowMs: NOW_MS },
    provider: {
      ...{ arn: PROVIDER, entityId: ENTITY_ID, validUntilMs: undefined, privateKeys: [] },
      ...{ signingCertificates: [key.certificate], requiresEncryption: false },
    },
  };
  return verifySamlResponse(base64(responseOf(signed(written, key))), request);
}

const replaced = (from: string | RegExp, to: string) => (xml: string) => xml.replace(from, to);
/** An element of the assertion, with what is in it. */
const element = (name: string) => new RegExp(`<saml:${name}[ >][^]*</saml:${name}>`);
const twice = (name: string) => replaced(element(name), "$&$&");
const without = (name: string) => replaced(element(name), "");
const renamed = (name: string) => (xml: string) =>
  xml.replaceAll(new RegExp(`(</?saml:)${name}\\b`, "g"), `$1Other${name}`);

const NO_AUDIENCE = "Response does not contain the required audience.";
const NO_BEARER = "The SAML assertion must have exactly one bearer SubjectConfirmationData";
const NOBODY = "Not authorized to perform sts:AssumeRoleWithSAML";
const NOT_YET = "The SAML assertion provided is not valid yet.";
const OVER = "The SAML assertion provided has expired.";
const TOO_LATE = "Token must be redeemed within 5 minutes of issuance";
const MALFORMED_DATE = "A date of the SAML assertion is malformed.";
const NO_ROLE = "SAML Assertion doesn't contain the requested Role and Metadata";
const NOT_SIGN_IN = "The Recipient of the SAML assertion is not the AWS sign-in endpoint.";
const NOT_ISSUER = "Issuer not present in specified provider";
const severalValues = (name: string) => `The attribute ${name} of the SAML assertion has several`;
const attributes = (given: Claims["attributes"]) => ({ attributes: given });

const REFUSED: readonly (readonly [what: string, change: Change, message: string])[] = [
  ["of another issuer", { issuer: `${ENTITY_ID}/` }, NOT_ISSUER],
  ["with no issuer's name", { issuer: "" }, NOT_ISSUER],
  ["issued 1 ms too long ago", { issuedMs: NOW_MS - MINUTES_5 - 1 }, TOO_LATE],
  ["issued 1 ms too far ahead", { issuedMs: NOW_MS + MINUTES_5 + 1 }, NOT_YET],
  ["issued at no time", replaced(/ IssueInstant="[^"]*"/, ""), MALFORMED_DATE],
  ["issued on a day", replaced(/(?<=IssueInstant="[^"]*)T[^"]*/, ""), MALFORMED_DATE],
  ["issued in words", replaced(/(?<=IssueInstant=")[^"]*/, "now"), MALFORMED_DATE],
  ["that begins with something", replaced(/(?<=IssueInstant=")/, "x"), MALFORMED_DATE],
  ["that ends with something", replaced(/(?<=IssueInstant="[^"]*Z)/, "x"), MALFORMED_DATE],
  ["without a zone", replaced(/(?<=IssueInstant="[^"]*)Z/, ""), MALFORMED_DATE],
  ["of the 13th month", replaced(/(?<=IssueInstant="2026-)11/, "13"), MALFORMED_DATE],
  ["without conditions", without("Conditions"), NO_AUDIENCE],
  ["with conditions of another name", renamed("Conditions"), NO_AUDIENCE],
  ["with its conditions twice", twice("Conditions"), NO_AUDIENCE],
  ["without an audience", without("Audience"), NO_AUDIENCE],
  ["without a restriction", without("AudienceRestriction"), NO_AUDIENCE],
  ["of 1 ms too late a beginning", { notBeforeMs: NOW_MS + MINUTES_5 + 1 }, NOT_YET],
  ["that ends now", { untilMs: NOW_MS }, OVER],
  [
    "whose conditions end now",
    replaced(/(?<=<saml:Conditions [^>]*NotOnOrAfter=")[^"]*/, "2026-11-24T12:00:00Z"),
    OVER,
  ],
  [
    "whose subject is confirmed until now",
    replaced(/(?<=ConfirmationData NotOnOrAfter=")[^"]*/, "2026-11-24T12:00:00Z"),
    OVER,
  ],
  [
    "with a second restriction that leaves AWS out",
    replaced(
      /<\/saml:AudienceRestriction>/,
      "$&<saml:AudienceRestriction></saml:AudienceRestriction>",
    ),
    NO_AUDIENCE,
  ],
  ...[
    ...["urn:amazon:webservice", "xurn:amazon:webservices", "urn:amazon:webservices:"],
    ...["urn:amazon:webservices:a:b", `${SIGN_IN}/`, `x${SIGN_IN}`, "", `${SIGN_IN}/acs/`],
  ].map((audience) => [`for ${audience}`, { audience }, NO_AUDIENCE] as const),
  ["without a subject", without("Subject"), NOBODY],
  ["with its subject twice", twice("Subject"), NOBODY],
  ["without a name", without("NameID"), NOBODY],
  ["with an empty name", { nameId: " " }, NOBODY],
  ["without a confirmation", without("SubjectConfirmation"), NO_BEARER],
  ["without the confirmation's data", without("SubjectConfirmationData"), NO_BEARER],
  ["with its confirmation twice", twice("SubjectConfirmation"), NO_BEARER],
  ["with the confirmation's data twice", twice("SubjectConfirmationData"), NO_BEARER],
  ["confirmed by its holder's key", replaced("cm:bearer", "cm:holder-of-key"), NO_BEARER],
  ["without a recipient", replaced(/ Recipient="[^"]*"/, ""), NO_BEARER],
  [
    "without an end",
    replaced(/(<saml:SubjectConfirmationData) NotOnOrAfter="[^"]*"/, "$1"),
    NO_BEARER,
  ],
  ...[
    ...[`x${SIGN_IN}`, `${SIGN_IN}x`, `${SIGN_IN}/acs/`, `${SIGN_IN}/acs/a/b`, `${SIGN_IN}/`],
    ...["http://signin.aws.amazon.com/saml", "https://signin.aws.amazon.com.example/saml"],
    ...["https://signin-aws.amazon.com/saml", "https://a/signin.aws.amazon.com/saml", ""],
    "https://a.b.signin.aws.amazon.com/saml",
  ].map((recipient) => [`for ${recipient}`, { recipient }, NOT_SIGN_IN] as const),
  ...[
    [],
    [ROLE],
    [PROVIDER],
    [`${ROLE},${ROLE}`],
    [`${PROVIDER},${PROVIDER}`],
    [`${ROLE}x,${PROVIDER}`],
    [`${ROLE},${PROVIDER}x`],
    [`${ROLE},${PROVIDER},${PROVIDER}`],
    [ROLE, PROVIDER],
  ].map((Role) => [`with the roles ${Role.join(" and ")}`, attributes({ Role }), NO_ROLE] as const),
  ["without a session's name", attributes({ RoleSessionName: [] }), "RoleSessionName is required"],
  ["with an empty one", attributes({ RoleSessionName: [""] }), "RoleSessionName is required"],
  ...["a", "a b", "a".repeat(65), "a/b", "é".repeat(2)].map(
    (name) =>
      [
        `with the session's name ${name}`,
        attributes({ RoleSessionName: [name] }),
        "RoleSessionName in AuthnResponse must match",
      ] as const,
  ),
  ...["a", "", "a b", "a".repeat(65), "aws:a"].map(
    (name) =>
      [
        `with the source identity ${name}`,
        attributes({ SourceIdentity: [name] }),
        "Source Identity must match",
      ] as const,
  ),
  ...["899", "43201", "1h", "", "3600.5", "-3600", "0000003600"].map(
    (seconds) =>
      [
        `for ${seconds} seconds`,
        attributes({ SessionDuration: [seconds] }),
        "The SessionDuration of the SAML assertion must be between 900 and 43200.",
      ] as const,
  ),
  ...["RoleSessionName", "SourceIdentity", "SessionDuration", "PrincipalTag:team"].map(
    (name) =>
      [
        `with ${name} twice`,
        attributes({ [name]: ["3600", "3600"] }),
        severalValues(name),
      ] as const,
  ),
  [
    "with a tag without a key",
    attributes({ "PrincipalTag:": ["a"] }),
    "The session tags of the SAML assertion are malformed.",
  ],
  [
    "with a tag without a value",
    attributes({ "PrincipalTag:team": [] }),
    "The session tags of the SAML assertion are malformed.",
  ],
  ["whose session is over", { sessionUntilMs: NOW_MS }, OVER],
];

describe("an assertion", () => {
  test.each(REFUSED)("%s is refused", (_, change, message) => {
    expect(() => verified(change)).toThrow(message);
  });

  test.each<[string, Change]>([
    ["just issued", {}],
    ["issued five minutes ago", { issuedMs: NOW_MS - MINUTES_5 }],
    ["issued five minutes ahead", { issuedMs: NOW_MS + MINUTES_5 }],
    ["valid in five minutes", { notBeforeMs: NOW_MS + MINUTES_5 }],
    ["with no beginning", replaced(/ NotBefore="[^"]*"/, "")],
    [
      "with no end of its conditions",
      replaced(/(<saml:Conditions [^>]*) NotOnOrAfter="[^"]*"/, "$1"),
    ],
    ["issued in another zone", replaced(/(?<=IssueInstant=")[^"]*/, "2026-11-24T13:00:00.5+01:00")],
    [
      "confirmed in a further way",
      replaced(
        /<\/saml:NameID>/,
        '$&<saml:SubjectConfirmation Method="x"></saml:SubjectConfirmation>',
      ),
    ],
    ["for AWS by its URN", { audience: "urn:amazon:webservices:govcloud" }],
    ["for AWS by its URL", { audience: `${SIGN_IN}/acs/corp_1` }],
    ["for AWS and others", replaced(/<saml:Audience>/, "<saml:Audience>x</saml:Audience>$&")],
    ["with its provider first", attributes({ Role: [`${PROVIDER} , ${ROLE}`] })],
    ["for several roles", attributes({ Role: ["x", `${ROLE},${PROVIDER}`] })],
    ["with the shortest names", attributes({ RoleSessionName: ["an"], SourceIdentity: ["an"] })],
    [
      "with the longest",
      attributes({ RoleSessionName: ["a".repeat(64)], SourceIdentity: ["a".repeat(64)] }),
    ],
  ])("%s is taken", (_, change) => {
    expect(verified(change).subject).toBe("ann@example.com");
  });

  test.each([
    SIGN_IN,
    "https://us-west-2.signin.aws.amazon.com/saml",
    "https://us-west-2.signin.aws.amazon.com/saml/acs/corp_1",
    "https://signin.amazonaws.cn/saml",
    "https://signin.amazonaws-us-gov.com/saml",
  ])("for %s is for AWS", (recipient) => {
    const { audience, trustContext } = verified({ recipient });
    expect([audience, new Map(trustContext).get("saml:aud")]).toEqual([recipient, recipient]);
  });

  test.each<[seconds: number, Claims["attributes"], sessionMs: number | undefined]>([
    [Number.POSITIVE_INFINITY, {}, undefined],
    [900, { SessionDuration: ["900"] }, undefined],
    [43_200, { SessionDuration: ["43200"] }, undefined],
    [900, { SessionDuration: ["900"] }, 900_001],
    [899, { SessionDuration: ["900"] }, 899_000],
    [900, { SessionDuration: ["1000"] }, 899_001],
    [1, {}, 1],
  ])("is good for %d seconds: %o until %d ms", (seconds, given, sessionMs) => {
    const sessionUntilMs = sessionMs === undefined ? undefined : NOW_MS + sessionMs;
    expect(verified({ attributes: given, sessionUntilMs }).secondsMax).toBe(seconds);
  });

  test("says who it is, to policies too", () => {
    const found = verified(
      attributes({
        SourceIdentity: ["ann"],
        "PrincipalTag:team": ["core"],
        "PrincipalTag:site": [""],
        TransitiveTagKeys: ["team", "site"],
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["staff", "admin"],
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.3": ["corp", "other"],
        "urn:oid:1.3.6.1.4.1.5923.1.2.1.2": ["https://corp.example"],
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": ["Doe"],
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.6": [],
        "urn:other": ["x"],
      }),
    );
    const nameQualifier = createHash("sha1").update(`${ENTITY_ID}${ACCOUNT}/corp`).digest("base64");
    expect(found).toEqual({
      ...{ issuer: ENTITY_ID, subject: "ann@example.com", subjectType: "persistent" },
      ...{ nameQualifier, audience: SIGN_IN, roleSessionName: "ann", sourceIdentity: "ann" },
      tags: [
        { key: "team", value: "core" },
        { key: "site", value: "" },
      ],
      transitiveTagKeys: ["team", "site"],
      secondsMax: Number.POSITIVE_INFINITY,
      sessionContext: [
        ["saml:sub", "ann@example.com"],
        ["saml:sub_type", "persistent"],
        ["saml:namequalifier", nameQualifier],
      ],
      trustContext: [
        ["saml:edupersonaffiliation", ["staff", "admin"]],
        ["saml:edupersonorgdn", "corp"],
        ["saml:eduorghomepageuri", ["https://corp.example"]],
        ["saml:surname", "Doe"],
        ["saml:iss", ENTITY_ID],
        ["saml:aud", SIGN_IN],
        ["saml:doc", `${ACCOUNT}/corp`],
      ],
    });
  });

  test.each([
    [/ Format="[^"]*"/, "", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"],
    ["format:persistent", "format:transient", "transient"],
    ["2.0:nameid-format:persistent", "1.1:nameid-format:X509SubjectName", undefined],
  ])("has a subject of the type that its format names: %s", (from, to, type) => {
    const written = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName";
    expect(verified(replaced(from, to)).subjectType).toBe(type ?? written);
  });
});
