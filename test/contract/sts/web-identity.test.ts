import { createHmac } from "node:crypto";
import { CreateOpenIDConnectProviderCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lookupRecords, named } from "../../support/event-records.ts";
import { allow, createRole, type Statements } from "../../support/principals.ts";
import { send, sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  type OidcIssuer,
  type SigningKey,
  signingKey,
  signToken,
  startIssuer,
} from "./oidc-issuer.ts";

const ACCOUNT = "000000000000";
const rsa = signingKey("RS256");
const weak = signingKey("RS256", 1024);
const ec = signingKey("ES256");
const stranger = signingKey("RS256");

let server: TestServer;
let issuer: OidcIssuer;
let unsigned: STSClient;
let root: Clients;
let providerArn: string;
let host: string;
let roleArn: string;

const trust = (Condition: object, Action: string | string[] = "sts:AssumeRoleWithWebIdentity") => [
  { Effect: "Allow", Principal: { Federated: providerArn }, Action, Condition },
];
const role = (name: string, statements: Statements, own: Statements = []) =>
  createRole(root.iam, name, statements, own, { MaxSessionDuration: 7200 });

beforeAll(async () => {
  server = await startTestServer();
  issuer = await startIssuer();
  root = server.clients();
  // Without credentials, as pods and pipelines call it.
  unsigned = new STSClient({ endpoint: server.endpoint, region: "us-east-1", maxAttempts: 1 });
  host = issuer.url.slice("http://".length);
  const create = { Url: issuer.url, ClientIDList: ["sts.amazonaws.com", "app"] };
  const created = await root.iam.send(new CreateOpenIDConnectProviderCommand(create));
  providerArn = created.OpenIDConnectProviderArn ?? "";
  roleArn = await role(
    "deploy",
    trust({
      StringEquals: { [`${host}:aud`]: "sts.amazonaws.com" },
      StringLike: { [`${host}:sub`]: "repo:me/*" },
    }),
    [allow("iam:ListUsers"), allow("s3:PutObject", `arn:aws:s3:::web/\${${host}:sub}/*`)],
  );
  await root.s3.send(new CreateBucketCommand({ Bucket: "web" }));
});
afterAll(async () => {
  issuer.close();
  await server.close();
});
beforeEach(() => {
  issuer.keys = [rsa, weak, ec];
  issuer.discovery = undefined;
});

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const claims = (changed: object = {}) => ({
  iss: issuer.url,
  sub: "repo:me/app",
  aud: "sts.amazonaws.com",
  iat: seconds(-10),
  exp: seconds(600),
  ...changed,
});

function assume(
  WebIdentityToken: string,
  input: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
) {
  const RoleSessionName = "pipeline";
  return unsigned.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName,
      WebIdentityToken,
      ...input,
    }),
  );
}

async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "session",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe("AssumeRoleWithWebIdentity", () => {
  test("gives a session without any credential, whose policies know the token", async () => {
    const { Credentials, ...answer } = await assume(signToken(rsa, claims()));
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: "repo:me/app",
      Audience: "sts.amazonaws.com",
      Provider: providerArn,
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/pipeline` },
    });
    const session = server.clients({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    });
    const identity = await session.sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(answer.AssumedRoleUser?.Arn);
    await session.iam.send(new ListUsersCommand({}));
    const put = (Key: string) =>
      session.s3.send(new PutObjectCommand({ Bucket: "web", Key, Body: "x" }));
    await put("repo:me/app/artifact");
    await expect(put("repo:me/other/artifact")).rejects.toMatchObject({ name: "AccessDenied" });
    const search = named("AssumeRoleWithWebIdentity");
    const [record] = await lookupRecords(root.cloudtrail, search);
    expect(record?.userIdentity).toEqual({
      type: "WebIdentityUser",
      principalId: `${providerArn}:sts.amazonaws.com:repo:me/app`,
      userName: "repo:me/app",
      identityProvider: providerArn,
    });
  });

  test("asks the issuer for its keys once", async () => {
    await assume(signToken(rsa, claims()));
    const before = issuer.requests;
    await assume(signToken(ec, claims()));
    expect(issuer.requests).toBe(before);
  });

  test.each<[string, string, () => string]>([
    ["ES256", "session", () => signToken(ec, claims())],
    [
      "several audiences",
      "session",
      () => signToken(rsa, claims({ aud: ["x", "sts.amazonaws.com"] })),
    ],
    ["no key id", "session", () => signToken(rsa, claims(), { kid: undefined })],
    [
      "azp as audience",
      "session",
      () => signToken(rsa, claims({ aud: "x", azp: "sts.amazonaws.com" })),
    ],
    ["azp that isn't a client", "InvalidIdentityToken", () => signToken(rsa, claims({ azp: "x" }))],
    [
      "azp that the trust policy refuses",
      "AccessDenied",
      () => signToken(rsa, claims({ azp: "app" })),
    ],
    ["another audience", "Incorrect token audience", () => signToken(rsa, claims({ aud: "x" }))],
    [
      "an audience that the trust policy refuses",
      "AccessDenied",
      () => signToken(rsa, claims({ aud: "app" })),
    ],
    [
      "a subject that the trust policy refuses",
      "Not authorized to perform sts:AssumeRoleWithWebIdentity",
      () => signToken(rsa, claims({ sub: "repo:you/app" })),
    ],
    ["no subject", "InvalidIdentityToken", () => signToken(rsa, claims({ sub: undefined }))],
    ["no expiry", "InvalidIdentityToken", () => signToken(rsa, claims({ exp: undefined }))],
    [
      "an expired token",
      "ExpiredTokenException: Token expired: current date/time",
      () => signToken(rsa, claims({ exp: seconds(-1) })),
    ],
    [
      "a token of tomorrow",
      "InvalidIdentityToken",
      () => signToken(rsa, claims({ nbf: seconds(86_400) })),
    ],
    [
      "an issuer that isn't registered",
      "No OpenIDConnect provider found in your account for https://elsewhere.example",
      () => signToken(rsa, claims({ iss: "https://elsewhere.example" })),
    ],
    [
      "a stranger's key under a known id",
      "InvalidIdentityToken",
      () => signToken(stranger, claims(), { kid: rsa.keyId }),
    ],
    ["a stranger's key", "InvalidIdentityToken", () => signToken(stranger, claims())],
    ["a weak key", "InvalidIdentityToken", () => signToken(weak, claims())],
    [
      "an algorithm of another key type",
      "InvalidIdentityToken",
      () => signToken(rsa, claims(), { alg: "ES256" }),
    ],
    ["no algorithm", "InvalidIdentityToken", () => signToken(rsa, claims(), { alg: "none" })],
    [
      "no signature",
      "not a valid JWT",
      () => `${signToken(rsa, claims()).split(".").slice(0, 2).join(".")}.`,
    ],
    ["the public key as a secret", "InvalidIdentityToken", () => signedBySecret(rsa)],
    [
      "a changed claim",
      "InvalidIdentityToken",
      () => withClaims(signToken(rsa, claims()), claims({ sub: "repo:me/x" })),
    ],
    [
      "an extension that must be understood",
      "InvalidIdentityToken",
      () => signToken(rsa, claims(), { crit: ["b64"] }),
    ],
    ["no token", "not a valid JWT", () => "an access token"],
  ])("with %s: %s", async (_name, expected, token) => {
    expect(await outcome(assume(token()))).toContain(expected);
  });

  test.each<[string, string, Partial<AssumeRoleWithWebIdentityCommandInput>]>([
    [
      "a role that isn't there",
      "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
      { RoleArn: `arn:aws:iam::${ACCOUNT}:role/none` },
    ],
    ["two hours", "session", { DurationSeconds: 7200 }],
    ["more than the role gives", "MaxSessionDuration", { DurationSeconds: 7201 }],
    ["a policy that isn't one", "MalformedPolicyDocument", { Policy: "{}" }],
    ["an OAuth provider", "ValidationError", { ProviderId: "www.amazon.com" }],
  ])("for %s: %s", async (_name, expected, input) => {
    expect(await outcome(assume(signToken(rsa, claims()), input))).toContain(expected);
  });

  test("takes tags and a source identity from the token, if the trust policy allows it", async () => {
    const rich = claims({
      "https://aws.amazon.com/tags": {
        principal_tags: { team: ["a"] },
        transitive_tag_keys: ["team"],
      },
      "https://aws.amazon.com/source_identity": "ann",
    });
    expect(await outcome(assume(signToken(rsa, rich)))).toContain(
      "Not authorized to perform sts:TagSession",
    );
    const actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"];
    const RoleArn = await role(
      "tagged",
      trust(
        { StringEquals: { "aws:RequestTag/team": "a", [`${host}:sub`]: "repo:me/app" } },
        actions,
      ),
    );
    expect(await assume(signToken(rsa, rich), { RoleArn })).toMatchObject({
      SourceIdentity: "ann",
    });
  });
});

describe("an issuer", () => {
  test.each<[string, (url: string) => object, string]>([
    [
      "that calls itself otherwise",
      (url) => ({ issuer: "https://x.example", jwks_uri: `${url}/keys` }),
      "InvalidIdentityToken",
    ],
    [
      "whose keys are elsewhere over http",
      (url) => ({ issuer: url, jwks_uri: "http://example.com/keys" }),
      "InvalidIdentityToken",
    ],
    [
      "whose keys are a file",
      (url) => ({ issuer: url, jwks_uri: "file:///etc/passwd" }),
      "InvalidIdentityToken",
    ],
    [
      "that redirects",
      (url) => ({ issuer: url, jwks_uri: `${url}/moved` }),
      "IDPCommunicationError",
    ],
    [
      "that answers too much",
      (url) => ({ issuer: url, jwks_uri: `${url}/large` }),
      "IDPCommunicationError",
    ],
    ["without keys", (url) => ({ issuer: url, jwks_uri: `${url}/none` }), "IDPCommunicationError"],
  ])("%s is refused", async (_name, discovery, expected) => {
    const other = await startIssuer();
    try {
      const create = { Url: other.url, ClientIDList: ["sts.amazonaws.com"] };
      await root.iam.send(new CreateOpenIDConnectProviderCommand(create));
      other.discovery = discovery(other.url);
      const token = signToken(rsa, claims({ iss: other.url }));
      expect(await outcome(assume(token))).toContain(expected);
    } finally {
      other.close();
    }
  });
});

test("the denial of an identity carries an id, by which the role's account has it explained", async () => {
  const denied = await assume(signToken(rsa, claims({ sub: "repo:them/app" }))).catch(
    (error: unknown) => error as { $response: { headers: Record<string, string> } },
  );
  const { headers } = "$response" in denied ? denied.$response : { headers: {} };
  const path = `/authorization-details/${headers["x-rolecast-authorization-id"]}`;
  const found = await sendSigned(server.endpoint, { method: "GET", path }, { service: "iam" });
  expect(JSON.parse(found.body)).toMatchObject({
    requestContext: { principal: providerArn, accountId: ACCOUNT },
    evaluations: [{ action: "sts:AssumeRoleWithWebIdentity", resource: roleArn }],
  });
});

describe("without signature", () => {
  const FORM = { "content-type": "application/x-www-form-urlencoded" };
  test.each([
    ["sts", "Action=GetCallerIdentity&Version=2011-06-15", "MissingAuthenticationToken"],
    ["sts", "Action=GetSessionToken&Version=2011-06-15", "MissingAuthenticationToken"],
    ["sts", "Action=AssumeRole&Version=2011-06-15", "MissingAuthenticationToken"],
    ["iam", "Action=ListUsers&Version=2010-05-08", "MissingAuthenticationToken"],
    ["sts", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15", "ValidationError"],
    ["sts", "Action=__proto__&Version=2011-06-15", "InvalidAction"],
  ])("%s answers %s with %s", async (_service, body, code) => {
    const response = await send(server.endpoint, { body, headers: FORM });
    expect(response.body).toContain(`<Code>${code}</Code>`);
  });
});

function signedBySecret(key: SigningKey): string {
  const pem = key.publicKey.export({ type: "spki", format: "pem" });
  const [, body = ""] = signToken(key, claims()).split(".");
  const head = Buffer.from(JSON.stringify({ alg: "HS256", kid: key.keyId })).toString("base64url");
  const signature = createHmac("sha256", pem).update(`${head}.${body}`).digest("base64url");
  return `${head}.${body}.${signature}`;
}

function withClaims(token: string, changed: object): string {
  const [head, , signature] = token.split(".");
  return `${head}.${Buffer.from(JSON.stringify(changed)).toString("base64url")}.${signature}`;
}
