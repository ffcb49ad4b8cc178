import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { type Key, ROOT } from "../support/test-server.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const ACCOUNT = "arn:aws:iam::000000000000";
/** More than a page of a list shows, and than an answer of Cloud Control has by default. */
const PARAMETERS = 120;

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let ann: Key;

  startConsole("resources", async (started) => {
    ({ server, browser } = started);
    const { iam } = server.root;
    await iam.send(new CreateUserCommand({ UserName: "ann" }));
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
    ann = {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
    const ssm = new SSMClient(options(ROOT));
    for (let index = 0; index < PARAMETERS; index++) {
      const Name = `/studio/title-${index}`;
      await ssm.send(new PutParameterCommand({ Name, Value: `Take ${index}`, Type: "String" }));
    }
  });

  const options = (credentials: Key) => ({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });

  /** Gives ann what is allowed here, and nothing else. */
  async function allowAnn(...actions: string[]): Promise<void> {
    const statement = { Effect: "Allow", Action: actions, Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const named = { UserName: "ann", PolicyName: "own" };
    const { iam } = server.root;
    if (actions.length === 0) await iam.send(new DeleteUserPolicyCommand(named));
    else await iam.send(new PutUserPolicyCommand({ ...named, PolicyDocument }));
  }

  const row = (page: Page, name: string | RegExp) => page.getByRole("row", { name });

  test("everything is in one list, by type and text, page by page", async () => {
    await server.root.s3.send(new CreateBucketCommand({ Bucket: "listed-films" }));
    const page = await browser.open(server.endpoint);
    await visit(page, "/resources", "Resources");
    await row(page, /^ann AWS::IAM::User/).waitFor();
    await page.getByRole("button", { name: "Type All types" }).click();
    await page.getByRole("option", { name: "AWS::SSM::Parameter 120" }).click();
    await page.getByRole("heading", { name: "Resources (120)" }).waitFor();
    expect(await row(page, /AWS::SSM::Parameter/).count()).toBe(50);
    await page
      .getByRole("button", { name: "3", exact: true })
      .or(page.getByLabel("Page 3"))
      .click();
    await expect.poll(() => row(page, /AWS::SSM::Parameter/).count()).toBe(20);
    await page.getByLabel("Find resources").fill("title-77");
    await row(page, /^\/studio\/title-77/).waitFor();
    await page.reload();
    await row(page, /^\/studio\/title-77/)
      .getByRole("link")
      .click();
    await page.getByRole("heading", { name: "/studio/title-77", level: 1 }).waitFor();
    // A parameter may well be a secret.
    expect(await page.getByText("Take 77").count()).toBe(0);
    await page.getByRole("button", { name: "Show Value" }).click();
    await page.getByText("Take 77").waitFor();
    await page.getByRole("button", { name: "Copy as AWS CLI" }).click();
    await page.getByText(/aws cloudcontrol get-resource --type-name AWS::SSM::Parameter/).waitFor();
    await page.close();
  });

  test("a type that is denied is named beside the others", async () => {
    await allowAnn("cloudformation:*", "iam:List*", "ssm:DescribeParameters");
    const page = await browser.open(server.endpoint, ann);
    await visit(page, "/resources", "Resources");
    await row(page, /^\/studio\/title-0 /).waitFor();
    await page.getByRole("button", { name: /types aren't listed$/ }).click();
    await page.getByText(/AWS::S3::Bucket isn't listed\..*s3:ListAllMyBuckets/).waitFor();
    await takePicture(page, "resources-denied");
    await allowAnn("cloudformation:ListTypes");
    await page.getByRole("button", { name: "Reload resources" }).click();
    await page.getByText(/The resources can't be shown.*cloudformation:ListResources/).waitFor();
    await allowAnn();
    await page.close();
  });

  test("who may reach a key is what KMS decides", async () => {
    // The policies of the account's users don't count: the key's policy doesn't let them.
    await allowAnn("kms:*");
    const kms = new KMSClient(options(ROOT));
    const allow = { Effect: "Allow", Action: "kms:*", Resource: "*" };
    const isRoot = { StringEquals: { "aws:PrincipalArn": `${ACCOUNT}:root` } };
    const policy = {
      Version: "2012-10-17",
      Statement: [
        { ...allow, Principal: { AWS: `${ACCOUNT}:user/bob` } },
        { ...allow, Principal: { AWS: `${ACCOUNT}:root` }, Condition: isRoot },
      ],
    };
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        Policy: JSON.stringify(policy),
        BypassPolicyLockoutSafetyCheck: true,
      }),
    );
    const KeyId = KeyMetadata?.KeyId ?? "";
    const page = await browser.open(server.endpoint);
    await visit(page, `/resources/AWS%3A%3AKMS%3A%3AKey/${KeyId}?tab=access`, KeyId);
    await page.getByRole("combobox", { name: "Action" }).fill("kms:DescribeKey");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByRole("heading", { name: "Who may kms:DescribeKey (2)" }).waitFor();
    await row(page, /^ann User Denied/).waitFor();
    await row(page, /^bob User Allowed the resource's policy/).waitFor();
    const asked = new KMSClient(options(ann)).send(new DescribeKeyCommand({ KeyId }));
    await expect(asked).rejects.toThrow(/not authorized to perform: kms:DescribeKey/);
    await page.getByText("No analyzer of Access Analyzer looks for access").waitFor();
    await page.getByRole("tab", { name: "Policy" }).click();
    await page.getByText(`"${ACCOUNT}:user/bob"`).waitFor();
    await allowAnn();
    await page.close();
  });

  test("the policy of a bucket counts for who may read its objects", async () => {
    await server.root.s3.send(new CreateBucketCommand({ Bucket: "shared-films" }));
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `${ACCOUNT}:user/bob` },
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::shared-films/*",
        },
      ],
    };
    await server.root.s3.send(
      new PutBucketPolicyCommand({ Bucket: "shared-films", Policy: JSON.stringify(policy) }),
    );
    const page = await browser.open(server.endpoint);
    await visit(page, "/resources/AWS%3A%3AS3%3A%3ABucket/shared-films?tab=access", "shared-films");
    await row(page, /^bob User Allowed the resource's policy/).waitFor();
    await row(page, /^ann User Denied/).waitFor();
    await page.getByText("The policy isn't public").waitFor();
    await takePicture(page, "resource-access");
    await page.getByRole("button", { name: "Open its own page" }).click();
    await page.getByRole("tab", { name: "Objects" }).waitFor();
    await page.close();
  });
});
