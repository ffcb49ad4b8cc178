import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateOpenIDConnectProviderCommand, CreateSAMLProviderCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type OidcIssuer,
  signingKey,
  signToken,
  startIssuer,
} from "../contract/sts/oidc-issuer.ts";
import {
  assertionOf,
  base64,
  claims,
  metadataOf,
  responseOf,
  samlKey,
  signed,
} from "../contract/sts/saml-idp.ts";
import { createRole } from "../support/principals.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("iam_sweep.py", import.meta.url));

const hasBoto3 = hasModules("boto3", "cryptography");

let server: TestServer;
let issuer: OidcIssuer;
beforeAll(async () => {
  const account = { id: "111122223333", rootAccessKeyId: "AKIAMEMBERMEMBERMEMB" };
  server = await startTestServer({
    accounts: [{ ...account, rootSecretAccessKey: "member-root-secret-key" }],
  });
  issuer = await startIssuer();
});
afterAll(async () => {
  issuer.close();
  await server.close();
});

/** Makes an identity provider of each kind, a role that trusts it, and a token. */
async function federation() {
  const { iam } = server.clients();
  const key = await samlKey();
  const { SAMLProviderArn = "" } = await iam.send(
    new CreateSAMLProviderCommand({ Name: "corp", SAMLMetadataDocument: metadataOf([key]) }),
  );
  const { OpenIDConnectProviderArn = "" } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ["app"] }),
  );
  const roleFor = (name: string, Federated: string, Action: string) =>
    createRole(iam, name, [{ Effect: "Allow", Principal: { Federated }, Action }]);
  const samlRole = await roleFor("saml", SAMLProviderArn, "sts:AssumeRoleWithSAML");
  const webRole = await roleFor("web", OpenIDConnectProviderArn, "sts:AssumeRoleWithWebIdentity");
  const response = (role: string) =>
    base64(responseOf(signed(assertionOf(claims(role, SAMLProviderArn)), key)));
  const signer = signingKey("ES256");
  issuer.keys = [signer];
  const now = Math.floor(Date.now() / 1000);
  const token = { iss: issuer.url, sub: "ann", aud: "app", iat: now, exp: now + 600 };
  return {
    metadata: metadataOf([key]),
    closed: response("arn:aws:iam::000000000000:role/open"),
    federated: {
      AssumeRoleWithSAML: {
        RoleArn: samlRole,
        PrincipalArn: SAMLProviderArn,
        SAMLAssertion: response(samlRole),
      },
      AssumeRoleWithWebIdentity: {
        RoleArn: webRole,
        RoleSessionName: "ann",
        WebIdentityToken: signToken(signer, token),
      },
    },
  };
}

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has none)`, () => {
  it("calls every operation of IAM and STS, refused in AWS's words and then allowed", async () => {
    const { iam, sts } = await server.server.operations();
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_EC2_METADATA_DISABLED: "true",
        OPERATIONS: JSON.stringify({ iam: iam?.implemented, sts: sts?.implemented }),
        GIVEN: JSON.stringify(await federation()),
      },
    });
    expect(stdout.trim().split("\n").at(-1)).toBe("done");
  });
});
