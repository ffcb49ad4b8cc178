import type { IAM } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;
/** A key of the configuration that the API's pattern of ids allows. */
const CONFIGURED: Key = { accessKeyId: "AKIACONFIGUREDROOT11", secretAccessKey: "of the settings" };
const OTHER = {
  account: "111111111111",
  key: { accessKeyId: "other", secretAccessKey: "another key" },
};

let server: TestServer;
let root: IAM;

beforeAll(async () => {
  const account = (id: string, key: Key) => ({
    id,
    rootAccessKeyId: key.accessKeyId,
    rootSecretAccessKey: key.secretAccessKey,
  });
  server = await startTestServer({
    accounts: [account(ACCOUNT, CONFIGURED), account(OTHER.account, OTHER.key)],
  });
  root = iamOf(server, CONFIGURED);
});
afterAll(() => server.close());

const keyIdsOf = async (iam: IAM, UserName?: string) =>
  ((await iam.listAccessKeys({ UserName })).AccessKeyMetadata ?? [])
    .map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`)
    .sort();

async function makeRootKey(): Promise<Key> {
  const { AccessKey } = await root.createAccessKey({});
  expect(AccessKey).toEqual({
    AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    SecretAccessKey: expect.stringMatching(/^.{40}$/),
    Status: "Active",
    CreateDate: expect.any(Date),
  });
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  return { accessKeyId, secretAccessKey };
}

async function reportOfRoot(): Promise<Record<string, string>> {
  await root.generateCredentialReport();
  const { Content } = await root.getCredentialReport();
  const [header = "", line = ""] = Buffer.from(Content ?? [])
    .toString()
    .split("\n");
  const cells = line.split(",");
  return Object.fromEntries(header.split(",").map((name, index) => [name, cells[index] ?? ""]));
}

it("a root user makes, uses, lists, disables and deletes a second access key", async () => {
  const made = await makeRootKey();
  const both = [`${CONFIGURED.accessKeyId} Active`, `${made.accessKeyId} Active`].sort();
  expect(await keyIdsOf(root)).toEqual(both);
  expect(await failureOf(() => root.createAccessKey({}))).toMatchObject({
    code: "LimitExceeded",
    message: "Cannot exceed quota for AccessKeysPerUser: 2",
  });

  const unused = await root.getAccessKeyLastUsed({ AccessKeyId: made.accessKeyId });
  expect(unused).toMatchObject({ AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" } });
  const { sts } = server.clients(made);
  const identity = { Account: ACCOUNT, Arn: ROOT_ARN, UserId: ACCOUNT };
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject(identity);
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
  const session = server.clients({
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  });
  expect(await session.sts.send(new GetCallerIdentityCommand({}))).toMatchObject(identity);
  await iamOf(server, made).createUser({ UserName: "made-by-root" });
  const used = await root.getAccessKeyLastUsed({ AccessKeyId: made.accessKeyId });
  expect(used.UserName).toBeUndefined();
  expect(used.AccessKeyLastUsed).toMatchObject({ ServiceName: "iam", Region: "us-east-1" });

  expect((await root.getAccountSummary()).SummaryMap?.AccountAccessKeysPresent).toBe(1);
  expect(await reportOfRoot()).toMatchObject({
    user: "<root_account>",
    access_key_1_active: "true",
    access_key_1_last_used_service: "iam",
    access_key_2_active: "true",
    access_key_2_last_used_service: "iam",
  });

  const AccessKeyId = made.accessKeyId;
  await root.updateAccessKey({ AccessKeyId, Status: "Inactive" });
  expect(await keyIdsOf(root)).toContain(`${AccessKeyId} Inactive`);
  const refused = { code: "InvalidClientTokenId" };
  expect(await failureOf(() => iamOf(server, made).listUsers({}))).toMatchObject(refused);
  await root.updateAccessKey({ AccessKeyId, Status: "Active" });
  // A key may delete itself.
  await iamOf(server, made).deleteAccessKey({ AccessKeyId });
  expect(await failureOf(() => iamOf(server, made).listUsers({}))).toMatchObject(refused);
  expect(await keyIdsOf(root)).toEqual([`${CONFIGURED.accessKeyId} Active`]);
});

it("the configuration's key can't be changed through the API", async () => {
  const AccessKeyId = CONFIGURED.accessKeyId;
  const refusal = {
    code: "InvalidInput",
    message: `The access key ${AccessKeyId} is set in this server's configuration.`,
  };
  for (const change of [
    () => root.updateAccessKey({ AccessKeyId, Status: "Inactive" }),
    () => root.deleteAccessKey({ AccessKeyId }),
  ])
    expect(await failureOf(change)).toMatchObject(refusal);
  expect(await root.getAccessKeyLastUsed({ AccessKeyId })).toMatchObject({
    AccessKeyLastUsed: { ServiceName: "iam" },
  });
});

it("a root user's keys are nobody else's", async () => {
  const made = await makeRootKey();
  const AccessKeyId = made.accessKeyId;
  const other = iamOf(server, OTHER.key);
  const user = iamOf(server, await makeUser(root, "admin", [allow("iam:*")]));
  for (const iam of [other, user]) {
    expect(await failureOf(() => iam.deleteAccessKey({ AccessKeyId }))).toMatchObject({
      code: "NoSuchEntity",
      message: `The Access Key with id ${AccessKeyId} cannot be found.`,
    });
    expect(await keyIdsOf(iam)).not.toContain(`${AccessKeyId} Active`);
  }
  for (const UserName of [ACCOUNT, "root"])
    expect(await failureOf(() => user.createAccessKey({ UserName }))).toMatchObject({
      code: "NoSuchEntity",
    });
  expect(await failureOf(() => other.getAccessKeyLastUsed({ AccessKeyId }))).toMatchObject({
    code: "AccessDenied",
  });
  await root.deleteAccessKey({ AccessKeyId });
});
