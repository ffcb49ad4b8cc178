import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateOpenIDConnectProviderCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  TagRoleCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleWithWebIdentityCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, assumeRole, createRole, createUser, trusting } from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const AUDIENCE = "https://api.example.com";

let server: TestServer;
let root: Clients;
let ann: Key & { readonly arn: string };
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  ann = await createUser(root.iam, "ann", [allow("sts:GetWebIdentityToken")]);
});
afterAll(() => server.close());

function tokenOf(by: Key, input: Partial<GetWebIdentityTokenCommandInput> = {}) {
  const given = { Audience: [AUDIENCE], SigningAlgorithm: "ES384", ...input };
  return server.clients(by).sts.send(new GetWebIdentityTokenCommand(given));
}

const json = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString());

/** Verifies a token as a relying party does: discovery document, keys, signature. */
async function verified(token = "") {
  const [head, body, signature] = token.split(".");
  const claims = json(body);
  const answer = async (url: string) => (await fetch(url)).json();
  const discovery = (await answer(`${claims.iss}/.well-known/openid-configuration`)) as {
    issuer: string;
    jwks_uri: string;
  };
  expect(discovery.issuer).toBe(claims.iss);
  const { keys } = (await answer(discovery.jwks_uri)) as { keys: JsonWebKey[] };
  for (const key of keys) expect(key).not.toHaveProperty("d");
  const { alg, kid } = json(head);
  const key = createPublicKey({ key: keys.find((each) => each.kid === kid) ?? {}, format: "jwk" });
  const valid = verify(
    alg === "ES384" ? "sha384" : "sha256",
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature ?? "", "base64url"),
  );
  expect(valid).toBe(true);
  return claims;
}

describe("outbound identity federation", () => {
  test("is off until it is enabled, and keeps its issuer", async () => {
    const info = () => root.iam.send(new GetOutboundWebIdentityFederationInfoCommand({}));
    const enable = () => root.iam.send(new EnableOutboundWebIdentityFederationCommand({}));
    await expect(info()).rejects.toMatchObject({ name: "FeatureDisabledException" });
    await expect(tokenOf(ann)).rejects.toMatchObject({
      name: "OutboundWebIdentityFederationDisabledException",
    });
    const { IssuerIdentifier = "" } = await enable();
    await expect(enable()).rejects.toMatchObject({ name: "FeatureEnabledException" });
    expect(await info()).toMatchObject({ IssuerIdentifier, JwtVendingEnabled: true });
    await root.iam.send(new DisableOutboundWebIdentityFederationCommand({}));
    const url = `${IssuerIdentifier}/.well-known/jwks.json`;
    expect((await fetch(url)).status).toBe(404);
    expect((await enable()).IssuerIdentifier).toBe(IssuerIdentifier);
    expect((await fetch(url)).status).toBe(200);
    const another = IssuerIdentifier.replace(/.$/, (last) => (last === "7" ? "8" : "7"));
    expect((await fetch(`${another}/.well-known/jwks.json`)).status).toBe(404);
  });

  test.each(["ES384", "RS256"])("signs with %s what relying parties can verify", async (alg) => {
    const { WebIdentityToken, Expiration } = await tokenOf(ann, { SigningAlgorithm: alg });
    const claims = await verified(WebIdentityToken);
    expect(claims).toMatchObject({
      aud: AUDIENCE,
      sub: ann.arn,
      "https://sts.amazonaws.com/": { aws_account: ACCOUNT, source_region: "us-east-1" },
    });
    expect(claims.exp - claims.iat).toBe(300);
    expect(Expiration?.getTime()).toBe(claims.exp * 1000);
  });

  test("holds a role's and the request's tags, and lasts no longer than its session", async () => {
    const RoleArn = await createRole(
      root.iam,
      "app",
      [trusting(ann.arn)],
      [allow(["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"])],
    );
    await root.iam.send(
      new TagRoleCommand({ RoleName: "app", Tags: [{ Key: "Team", Value: "media" }] }),
    );
    const session = await assumeRole(server.clients(ann).sts, RoleArn, { DurationSeconds: 900 });
    const { WebIdentityToken } = await tokenOf(session, {
      Audience: [AUDIENCE, "https://other.example.com"],
      Tags: [{ Key: "job", Value: "42" }],
    });
    expect(await verified(WebIdentityToken)).toMatchObject({
      aud: [AUDIENCE, "https://other.example.com"],
      sub: RoleArn,
      "https://sts.amazonaws.com/": {
        principal_tags: { Team: "media" },
        request_tags: { job: "42" },
      },
    });
    await expect(tokenOf(session, { DurationSeconds: 901 })).rejects.toMatchObject({
      name: "SessionDurationEscalationException",
    });
  });

  test("needs permissions, which conditions can narrow", async () => {
    const narrow = await createUser(root.iam, "narrow", [
      {
        ...allow("sts:GetWebIdentityToken"),
        Condition: {
          "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": AUDIENCE },
          NumericLessThanEquals: { "sts:DurationSeconds": "120" },
          StringEquals: { "sts:SigningAlgorithm": "ES384" },
        },
      },
    ]);
    await tokenOf(narrow, { DurationSeconds: 120 });
    const refused: readonly (readonly [Key, Partial<GetWebIdentityTokenCommandInput>])[] = [
      [narrow, { DurationSeconds: 121 }],
      [narrow, { DurationSeconds: 60, Audience: ["https://evil.example.com"] }],
      [narrow, { DurationSeconds: 60, SigningAlgorithm: "RS256" }],
      [ann, { Tags: [{ Key: "job", Value: "42" }] }],
      [await createUser(root.iam, "nobody"), {}],
    ];
    for (const [by, input] of refused)
      await expect(tokenOf(by, input)).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(tokenOf({ accessKeyId: "test", secretAccessKey: "test" })).rejects.toMatchObject({
      name: "AccessDenied",
    });
    await expect(tokenOf(ann, { SigningAlgorithm: "none" })).rejects.toMatchObject({
      name: "ValidationError",
    });
  });

  test("outlives a restart", async () => {
    const data = mkdtempSync(join(tmpdir(), "rolecast-outbound-"));
    const publicBaseUrl = "http://localhost:1";
    const first = await startTestServer({ data, publicBaseUrl });
    const enabled = await first
      .clients()
      .iam.send(new EnableOutboundWebIdentityFederationCommand({}));
    const path = `${enabled.IssuerIdentifier?.slice(publicBaseUrl.length)}/.well-known/jwks.json`;
    const keys = await (await fetch(first.endpoint + path)).text();
    await first.close();
    const second = await startTestServer({ data, publicBaseUrl });
    expect(await (await fetch(second.endpoint + path)).text()).toBe(keys);
    await second.close();
    rmSync(data, { recursive: true });
  });

  test("opens a role of this very server, whose provider its issuer is registered as", async () => {
    const { WebIdentityToken = "" } = await tokenOf(ann);
    const Url = json(WebIdentityToken.split(".")[1]).iss;
    const { OpenIDConnectProviderArn = "" } = await root.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: [AUDIENCE] }),
    );
    const RoleArn = await createRole(root.iam, "outside", [
      {
        Effect: "Allow",
        Principal: { Federated: OpenIDConnectProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
      },
    ]);
    const answer = await root.sts.send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "back", WebIdentityToken }),
    );
    expect(answer.SubjectFromWebIdentityToken).toBe(ann.arn);
  });
});
