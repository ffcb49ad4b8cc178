import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CreateSAMLProviderCommand } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import {
  assertionOf,
  base64,
  claims,
  metadataOf,
  responseOf,
  samlKey,
  signed,
} from "../../contract/sts/saml-idp.ts";
import { awsCli, hasAwsCli } from "../../support/aws-cli.ts";
import { createRole } from "../../support/principals.ts";
import { startServerProcess } from "../../support/server-process.ts";

/** The command loads the thread that verifies responses by another path than its sources do. */
test.skipIf(!hasAwsCli)(
  "the built command verifies SAML responses in its thread",
  async ({ onTestFinished }) => {
    const server = await startServerProcess(["--data", "memory"]);
    onTestFinished(async () => void (await server.stop()));
    const { iam } = server.root;
    const key = await samlKey();
    const provider = { Name: "corp", SAMLMetadataDocument: metadataOf([key]) };
    const { SAMLProviderArn = "" } = await iam.send(new CreateSAMLProviderCommand(provider));
    const Action = "sts:AssumeRoleWithSAML";
    const Principal = { Federated: SAMLProviderArn };
    const roleArn = await createRole(iam, "staff", [{ Effect: "Allow", Principal, Action }], []);
    const cli = await awsCli();
    const env = {
      ...{ PATH: process.env.PATH, AWS_ENDPOINT_URL: server.endpoint },
      ...{ AWS_DEFAULT_REGION: "us-east-1", AWS_EC2_METADATA_DISABLED: "true" },
    };
    const assume = async (response: string) => {
      const { stdout } = await promisify(execFile)(
        cli,
        [
          ...["sts", "assume-role-with-saml", "--role-arn", roleArn],
          ...["--principal-arn", SAMLProviderArn, "--saml-assertion", base64(response)],
          ...["--query", "[Subject, AssumedRoleUser.Arn]", "--output", "text"],
        ],
        { env },
      );
      return stdout.trim().split("\t");
    };
    const assertion = assertionOf(claims(roleArn, SAMLProviderArn));
    await expect(assume(responseOf(assertion))).rejects.toMatchObject({
      stderr: expect.stringContaining("(InvalidIdentityToken)"),
    });
    expect(await assume(responseOf(signed(assertion, key)))).toEqual([
      "ann@example.com",
      "arn:aws:sts::000000000000:assumed-role/staff/ann",
    ]);
  },
);
