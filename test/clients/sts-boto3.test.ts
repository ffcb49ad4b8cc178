import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateOpenIDConnectProviderCommand } from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { signingKey, signToken, startIssuer } from "../contract/sts/oidc-issuer.ts";
import { startTestServer } from "../support/test-server.ts";

/** Debian's own Python, which has python3-boto3 when that is installed. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("sts_boto3.py", import.meta.url));
const SCRIPT_TIMEOUT_MS = 60_000;
const MEMBER = "111122223333";
const HOUR_SECONDS = 3_600;

const hasBoto3 = spawnSync(PYTHON, ["-c", "import boto3"]).status === 0;

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("gets credentials by every operation of STS, and is refused by each", async () => {
    const member = { rootAccessKeyId: "AKIAMEMBERMEMBERMEMB", rootSecretAccessKey: "a-secret-key" };
    const server = await startTestServer({ accounts: [{ id: MEMBER, ...member }] });
    const issuer = await startIssuer();
    try {
      const key = signingKey("RS256");
      issuer.keys = [key];
      const { OpenIDConnectProviderArn } = await server
        .clients()
        .iam.send(
          new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ["pipelines"] }),
        );
      const iat = Math.floor(Date.now() / 1_000);
      const token = signToken(key, {
        ...{ iss: issuer.url, sub: "repo:me/app", aud: "pipelines" },
        ...{ iat, exp: iat + HOUR_SECONDS },
      });
      const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
        timeout: SCRIPT_TIMEOUT_MS,
        env: {
          PATH: process.env.PATH,
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_DEFAULT_REGION: "us-east-1",
          AWS_EC2_METADATA_DISABLED: "true",
          OIDC_PROVIDER_ARN: OpenIDConnectProviderArn,
          WEB_IDENTITY_TOKEN: token,
          MEMBER_ACCOUNT: MEMBER,
        },
      });
      expect(stdout.trim().split("\n").at(-1)).toBe("done");
    } finally {
      issuer.close();
      await server.close();
    }
  });
});
