import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { CreateSAMLProviderCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  AssumeRoleWithSAMLCommand,
  type AssumeRoleWithSAMLCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, hasAwsCli } from "../../support/aws-cli.ts";
import { lookupRecords, named } from "../../support/event-records.ts";
import { allow, createRole, trusting } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  assertionOf,
  base64,
  type Claims,
  claims,
  ENTITY_ID,
  metadataOf,
  responseOf,
  type SamlKey,
  SIGN_IN,
  samlKey,
  signed,
} from "./saml-idp.ts";

const ACCOUNT = "000000000000";

let server: TestServer;
let unsigned: STSClient;
let root: Clients;
let key: SamlKey;
let older: SamlKey;
let stranger: SamlKey;
let providerArn: string;
let roleArn: string;

const WITH_SAML = "sts:AssumeRoleWithSAML";
const trust = (Action: string | string[], Condition: object = {}) => [
  { Effect: "Allow", Principal: { Federated: providerArn }, Action, Condition },
];

beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  // Without credentials, as the tools of identity providers call it.
  unsigned = new STSClient({ endpoint: server.endpoint, region: "us-east-1", maxAttempts: 1 });
  [key, older, stranger] = await Promise.all([samlKey(), samlKey(), samlKey()]);
  const { SAMLProviderArn = "" } = await root.iam.send(
    new CreateSAMLProviderCommand({
      Name: "corp",
      SAMLMetadataDocument: metadataOf([older, key]),
    }),
  );
  providerArn = SAMLProviderArn;
  roleArn = await createRole(
    root.iam,
    "staff",
    trust(WITH_SAML, {
      StringEquals: { "saml:aud": SIGN_IN, "saml:doc": `${ACCOUNT}/corp`, "saml:iss": ENTITY_ID },
    }),
    [allow("iam:ListUsers")],
    { MaxSessionDuration: 7200 },
  );
});
afterAll(() => server.close());

/** The base64 of a response whose assertion is signed. */
function response(changed: Partial<Claims> = {}, by: SamlKey = key, role = roleArn): string {
  return base64(responseOf(signed(assertionOf(claims(role, providerArn, changed)), by)));
}

function assume(SAMLAssertion: string, input: Partial<AssumeRoleWithSAMLCommandInput> = {}) {
  const given = { RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion, ...input };
  return unsigned.send(new AssumeRoleWithSAMLCommand(given));
}

async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "session",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe("AssumeRoleWithSAML", () => {
  test("gives a session without any credential, and says what the assertion said", async () => {
    const { Credentials, ...answer } = await assume(response());
    const hash = createHash("sha1").update(`${ENTITY_ID}${ACCOUNT}/corp`).digest("base64");
    expect(answer).toMatchObject({
      Subject: "ann@example.com",
      SubjectType: "persistent",
      Issuer: ENTITY_ID,
      Audience: SIGN_IN,
      NameQualifier: hash,
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/staff/ann` },
    });
    const session = server.clients({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    });
    await session.iam.send(new ListUsersCommand({}));
    expect(await session.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: answer.AssumedRoleUser?.Arn,
    });
    const [record] = await lookupRecords(root.cloudtrail, named("AssumeRoleWithSAML"));
    expect(record?.userIdentity).toEqual({
      type: "SAMLUser",
      principalId: `${hash}:ann@example.com`,
      userName: "ann@example.com",
      identityProvider: hash,
    });
  });

  test.skipIf(!hasAwsCli)("serves the AWS CLI, which sends it unsigned", async () => {
    const { stdout } = await promisify(execFile)(
      await awsCli(),
      [
        ...["sts", "assume-role-with-saml", "--role-arn", roleArn, "--principal-arn", providerArn],
        ...["--saml-assertion", response(), "--query", "Subject", "--output", "text"],
      ],
      {
        env: {
          PATH: process.env.PATH,
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_DEFAULT_REGION: "us-east-1",
          AWS_EC2_METADATA_DISABLED: "true",
        },
      },
    );
    expect(stdout.trim()).toBe("ann@example.com");
  });

  test("takes a signed response, both signed, an older key, SHA-512, and the same one again", async () => {
    const assertion = () => assertionOf(claims(roleArn, providerArn));
    const twice = response();
    for (const taken of [
      base64(signed(responseOf(assertion()), key)),
      base64(signed(responseOf(signed(assertion(), key)), key)),
      base64(responseOf(signed(assertion(), key, { hash: "sha512" }))),
      response({}, older),
      // AWS keeps no list of responses: one can be used again until it expires.
      twice,
      twice,
      // Lines as mail programs and shells break them.
      response().replace(/.{76}/g, "$&\n"),
    ])
      expect(await outcome(assume(taken))).toBe("session");
  });

  test("believes nothing that isn't signed by a registered key", async () => {
    const honest = signed(assertionOf(claims(roleArn, providerArn)), key);
    const evil = assertionOf(claims(roleArn, providerArn, { nameId: "root@example.com" }));
    const id = /ID="([^"]+)"/.exec(honest)?.[1] ?? "";
    const signature = /<ds:Signature .*<\/ds:Signature>/.exec(honest)?.[0] ?? "";
    const attempts: Readonly<Record<string, string>> = {
      unsigned: responseOf(assertionOf(claims(roleArn, providerArn))),
      "another key, whose certificate comes along": responseOf(
        signed(assertionOf(claims(roleArn, providerArn)), stranger),
      ),
      "changed afterwards": responseOf(honest.replace("ann@example.com", "eve@example.com")),
      "SHA-1": responseOf(signed(assertionOf(claims(roleArn, providerArn)), key, { hash: "sha1" })),
      "comments that stay": responseOf(
        signed(assertionOf(claims(roleArn, providerArn)), key, {
          canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        }),
      ),
      "the honest one as an object of the signature": responseOf(
        evil.replace(
          "</saml:Issuer>",
          `</saml:Issuer>${signature.replace("</ds:Signature>", `<ds:Object>${honest.replace(signature, "")}</ds:Object></ds:Signature>`)}`,
        ),
      ),
      "the honest signature in a namesake": responseOf(
        evil
          .replace(/ID="[^"]+"/, `ID="${id}"`)
          .replace("</saml:Issuer>", `</saml:Issuer>${signature}`),
      ),
      "one signature of two is foreign": signed(responseOf(honest), stranger),
    };
    for (const [attempt, xml] of Object.entries(attempts))
      expect([attempt, await outcome(assume(base64(xml)))]).toEqual([
        attempt,
        "InvalidIdentityTokenException: Response signature invalid",
      ]);
  });

  test("refuses a signed assertion that moved, and a second one beside it", async () => {
    const honest = signed(assertionOf(claims(roleArn, providerArn)), key);
    const evil = assertionOf(claims(roleArn, providerArn, { nameId: "root@example.com" }));
    const signature = /<ds:Signature .*<\/ds:Signature>/.exec(honest)?.[0] ?? "";
    const moved = (assertion: string) =>
      responseOf(assertion).replace(
        "<samlp:Status>",
        `<samlp:Extensions>${honest}</samlp:Extensions><samlp:Status>`,
      );
    const borrowed = evil.replace("</saml:Issuer>", `</saml:Issuer>${signature}`);
    for (const wrapped of [moved(evil), moved(borrowed), moved(borrowed).replace(signature, "")])
      expect(await outcome(assume(base64(wrapped)))).toBe(
        "InvalidIdentityTokenException: Response signature invalid",
      );
    for (const both of [honest + evil, evil + honest, honest + honest, ""])
      expect(await outcome(assume(base64(responseOf(both))))).toBe(
        "InvalidIdentityTokenException: The SAML response must contain exactly one assertion.",
      );
  });

  test("joins a name that a comment cuts, as the signature covers it", async () => {
    const xml = responseOf(signed(assertionOf(claims(roleArn, providerArn)), key));
    const cut = xml.replace("ann@example.com<", "ann@example.com<!-- .evil.com --><");
    expect(await assume(base64(cut))).toMatchObject({ Subject: "ann@example.com" });
    const inner = xml.replace("ann@example.com<", "ann@exam<!-- -->ple.com<");
    expect(await assume(base64(inner))).toMatchObject({ Subject: "ann@example.com" });
  });

  const late = (ms: number) => Date.now() + ms;
  const rows: readonly (readonly [what: string, changed: () => Partial<Claims>, answer: string])[] =
    [
      [
        "issued too long ago",
        () => ({ issuedMs: late(-301_000) }),
        "ExpiredTokenException: Token must be redeemed within 5 minutes of issuance",
      ],
      [
        "over",
        () => ({ untilMs: late(-1000) }),
        "ExpiredTokenException: The SAML assertion provided has expired.",
      ],
      [
        "of a session that is over",
        () => ({ sessionUntilMs: late(-1000) }),
        "ExpiredTokenException: The SAML assertion provided has expired.",
      ],
      [
        "of tomorrow",
        () => ({ notBeforeMs: late(3_600_000) }),
        "InvalidIdentityTokenException: The SAML assertion provided is not valid yet.",
      ],
      [
        "of another issuer",
        () => ({ issuer: "https://other.example.com" }),
        "InvalidIdentityTokenException: Issuer not present in specified provider",
      ],
      [
        "for another service",
        () => ({ audience: "https://example.com" }),
        "InvalidIdentityTokenException: Response does not contain the required audience.",
      ],
      [
        "for another recipient",
        () => ({ recipient: "https://signin.aws.amazon.com.evil.com/saml" }),
        "InvalidIdentityTokenException: The Recipient of the SAML assertion is not the AWS sign-in endpoint.",
      ],
      ["of nobody", () => ({ nameId: "" }), `AccessDenied: Not authorized to perform ${WITH_SAML}`],
      [
        "without a session name",
        () => ({ attributes: { RoleSessionName: [] } }),
        "InvalidIdentityTokenException: RoleSessionName is required in AuthnResponse",
      ],
      [
        "with a name of spaces",
        () => ({ attributes: { RoleSessionName: ["Ann Doe"] } }),
        "InvalidIdentityTokenException: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
      ],
      [
        "with a malformed source identity",
        () => ({ attributes: { SourceIdentity: ["a b"] } }),
        'InvalidIdentityTokenException: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
      ],
      [
        "for another role",
        () => ({ attributes: { Role: [`arn:aws:iam::${ACCOUNT}:role/other,${providerArn}`] } }),
        "InvalidIdentityTokenException: SAML Assertion doesn't contain the requested Role and Metadata in the attributes.",
      ],
    ];
  test.each(rows)("refuses an assertion %s", async (_what, changed, answer) => {
    expect(await outcome(assume(response(changed())))).toBe(answer);
  });

  test("refuses what is no response, is encrypted for nobody, or says that nobody signed in", async () => {
    const encrypted = `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>`;
    const entity = responseOf(signed(assertionOf(claims(roleArn, providerArn)), key));
    const malformed = "InvalidIdentityTokenException: The SAML response provided is malformed.";
    for (const [text, answer] of [
      ["%%%%", "InvalidIdentityTokenException: Invalid base64 SAMLResponse"],
      [base64("<a"), malformed],
      [base64(signed(assertionOf(claims(roleArn, providerArn)), key)), malformed],
      [base64(`<!DOCTYPE a [<!ENTITY e "x">]>${entity}`), malformed],
      [
        base64(responseOf(encrypted)),
        "InvalidIdentityTokenException: The SAML provider has no private key to decrypt assertions with.",
      ],
      [
        base64(responseOf("", "AuthnFailed")),
        "IDPRejectedClaimException: The identity provider reported that authentication failed.",
      ],
    ])
      expect(await outcome(assume(text ?? ""))).toBe(answer);
  });

  test("doesn't show which roles there are, and knows only its own account's providers", async () => {
    const denied = `AccessDenied: Not authorized to perform ${WITH_SAML}`;
    const closed = await createRole(root.iam, "closed", [trusting(ACCOUNT)]);
    expect(await outcome(assume(response({}, key, closed), { RoleArn: closed }))).toBe(denied);
    const missing = `arn:aws:iam::${ACCOUNT}:role/missing`;
    expect(await outcome(assume(response(), { RoleArn: missing }))).toBe(denied);
    for (const PrincipalArn of [`${providerArn}x`, providerArn.replace(ACCOUNT, "111122223333")])
      expect(await outcome(assume(response(), { PrincipalArn }))).toBe(
        "InvalidIdentityTokenException: Specified provider doesn't exist",
      );
  });
});

describe("what an assertion brings along", () => {
  test("conditions of the trust policy see it", async () => {
    const RoleArn = await createRole(
      root.iam,
      "faculty",
      trust(WITH_SAML, {
        StringEquals: { "saml:sub_type": "persistent", "saml:sub": "ann@example.com" },
        "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "staff" },
        StringLike: { "saml:mail": "*@example.com", "saml:namequalifier": "*=" },
      }),
    );
    const attributes = {
      "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["member", "staff"],
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ["ann@example.com"],
    };
    expect(await outcome(assume(response({ attributes }, key, RoleArn), { RoleArn }))).toBe(
      "session",
    );
    expect(await outcome(assume(response({}, key, RoleArn), { RoleArn }))).toMatch("AccessDenied");
  });

  test("tags and source identity need their own permission, and travel on", async () => {
    const attributes = {
      "PrincipalTag:team": ["media"],
      "PrincipalTag:stage": ["test"],
      TransitiveTagKeys: ["team"],
      SourceIdentity: ["ann.doe"],
    };
    const all = [WITH_SAML, "sts:TagSession", "sts:SetSourceIdentity"];
    const own = [
      {
        ...allow("iam:ListUsers"),
        Condition: {
          StringEquals: { "aws:PrincipalTag/team": "media", "saml:sub_type": "persistent" },
        },
      },
    ];
    for (const [index, missing] of ["sts:TagSession", "sts:SetSourceIdentity"].entries()) {
      const actions = all.filter((action) => action !== missing);
      const RoleArn = await createRole(root.iam, `partly-${index}`, trust(actions));
      const attempt = assume(response({ attributes }, key, RoleArn), { RoleArn });
      expect(await outcome(attempt)).toBe(`AccessDenied: Not authorized to perform ${missing}`);
    }
    const RoleArn = await createRole(
      root.iam,
      "tagged",
      trust(all, {
        StringEquals: { "aws:RequestTag/team": "media", "sts:SourceIdentity": "ann.doe" },
      }),
      own,
    );
    const answer = await assume(response({ attributes }, key, RoleArn), { RoleArn });
    expect(answer.SourceIdentity).toBe("ann.doe");
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = answer.Credentials ?? {};
    const session = server.clients({
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    });
    await session.iam.send(new ListUsersCommand({}));
  });

  test("the shortest of request, SessionDuration and SessionNotOnOrAfter counts", async () => {
    const lasts = async (changed: Partial<Claims>, DurationSeconds?: number) => {
      const input = DurationSeconds === undefined ? {} : { DurationSeconds };
      const startMs = Date.now();
      const { Credentials } = await assume(response(changed), input);
      return Math.round(((Credentials?.Expiration?.getTime() ?? 0) - startMs) / 100_000);
    };
    const SessionDuration = { attributes: { SessionDuration: ["1800"] } };
    expect(await lasts({})).toBe(36);
    expect(await lasts({}, 7200)).toBe(72);
    expect(await lasts(SessionDuration, 7200)).toBe(18);
    expect(await lasts(SessionDuration, 900)).toBe(9);
    expect(await lasts({ sessionUntilMs: Date.now() + 1_200_000 }, 7200)).toBe(12);
    expect(await outcome(assume(response(), { DurationSeconds: 7201 }))).toBe(
      "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  });
});
