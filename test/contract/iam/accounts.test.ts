import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IAM } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Libsql from "libsql";
import { afterEach, describe, expect, it, test } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, trusting } from "./iam-api.ts";

const FIRST = "111111111111";
const SECOND = "222222222222";
const rootKey = (id: string): Key => ({ accessKeyId: `root${id}`, secretAccessKey: `of${id}` });
const accounts = [FIRST, SECOND].map((id) => ({
  id,
  rootAccessKeyId: rootKey(id).accessKeyId,
  rootSecretAccessKey: rootKey(id).secretAccessKey,
}));

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(config: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer(config);
  ends.push(() => server.close());
  return server;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-iam-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("accounts", () => {
  it("have their own entities of the same names, and none of each other's", async () => {
    const server = await start({ accounts });
    const [first, second] = [iamOf(server, rootKey(FIRST)), iamOf(server, rootKey(SECOND))];
    const one = await makeUser(first, "alice", [allow("iam:*"), allow("sts:AssumeRole")]);
    const two = await makeUser(second, "alice");
    const { sts } = server.clients(two);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: SECOND,
      Arn: `arn:aws:iam::${SECOND}:user/alice`,
    });
    await first.createPolicy({
      PolicyName: "own",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [allow("iam:*")] }),
    });
    const PolicyArn = `arn:aws:iam::${FIRST}:policy/own`;
    expect(await failureOf(() => second.getPolicy({ PolicyArn }))).toMatchObject({
      code: "NoSuchEntity",
    });
    expect(
      await failureOf(() => second.attachUserPolicy({ UserName: "alice", PolicyArn })),
    ).toMatchObject({ code: "NoSuchEntity" });
    const AccessKeyId = one.accessKeyId;
    expect(await failureOf(() => second.getAccessKeyLastUsed({ AccessKeyId }))).toMatchObject({
      code: "AccessDenied",
    });
    expect((await second.listPolicies({ Scope: "Local" })).Policies).toEqual([]);

    const AWS = `arn:aws:iam::${FIRST}:user/alice`;
    await second.createRole({ RoleName: "door", AssumeRolePolicyDocument: trusting({ AWS }) });
    const RoleArn = `arn:aws:iam::${SECOND}:role/door`;
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: "visit" });
    await expect(server.clients(one).sts.send(assume)).resolves.toHaveProperty("Credentials");
    expect(await failureOf(() => server.clients(two).sts.send(assume))).toMatchObject({
      code: "AccessDenied",
    });
  });
});

describe("the tags of another account's resources", () => {
  it("decide nothing here", async () => {
    const server = await start({ accounts });
    const [first, second] = [iamOf(server, rootKey(FIRST)), iamOf(server, rootKey(SECOND))];
    const Tags = [{ Key: "team", Value: "blue" }];
    const Url = "https://login.example.com";
    const { OpenIDConnectProviderArn } = await first.createOpenIDConnectProvider({ Url, Tags });
    const { VirtualMFADevice } = await first.createVirtualMFADevice({
      VirtualMFADeviceName: "phone",
      Tags,
    });
    const SerialNumber = VirtualMFADevice?.SerialNumber;
    const Condition = { StringEquals: { "aws:ResourceTag/team": "blue" } };
    const statements = [allow("iam:*", { Condition })];
    const own = iamOf(server, await makeUser(first, "own", statements));
    const stranger = iamOf(server, await makeUser(second, "stranger", statements));
    for (const call of [
      (iam: IAM) => iam.listOpenIDConnectProviderTags({ OpenIDConnectProviderArn }),
      (iam: IAM) => iam.listMFADeviceTags({ SerialNumber }),
    ]) {
      expect(await call(own)).toMatchObject({ Tags });
      expect(await failureOf(() => call(stranger))).toMatchObject({ code: "AccessDenied" });
    }
  });
});

describe("a restart", () => {
  it("keeps users' keys, follows the configuration's root keys, and has no secret on the disk", async () => {
    const data = temporaryFolder();
    const before = await start({ data, accounts });
    const key = await makeUser(iamOf(before, rootKey(FIRST)), "alice", [allow("iam:GetUser")]);
    await iamOf(before, key).getUser({});
    await before.close();
    ends.pop();

    const files = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    const isOnDisk = (text: string) => files.some((bytes) => bytes.includes(text));
    // In another database it isn't this folder that shows that we look for the right thing.
    if (!before.server.config.database) expect(isOnDisk(key.accessKeyId)).toBe(true);
    expect(isOnDisk(key.secretAccessKey)).toBe(false);
    expect(isOnDisk(rootKey(SECOND).secretAccessKey)).toBe(false);

    const changed = { id: FIRST, rootAccessKeyId: "other", rootSecretAccessKey: "another key" };
    const after = await start({ data, accounts: [changed] });
    await expect(iamOf(after, key).getUser({})).resolves.toMatchObject({
      User: { UserName: "alice" },
    });
    const root = iamOf(after, { accessKeyId: "other", secretAccessKey: "another key" });
    const used = await root.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
    expect(used.AccessKeyLastUsed).toMatchObject({ ServiceName: "iam" });
    for (const id of [FIRST, SECOND]) {
      const gone = iamOf(after, rootKey(id));
      expect(await failureOf(() => gone.getUser({}))).toMatchObject({
        code: "InvalidClientTokenId",
      });
    }
  });
});

describe("a reset", () => {
  it("forgets users and their keys at once, and keeps the root keys", async () => {
    const server = await start({});
    const iam = iamOf(server);
    const key = await makeUser(iam, "alice", [allow("iam:*")]);
    await iamOf(server, key).listUsers({});
    await server.server.reset();
    expect(await failureOf(() => iamOf(server, key).listUsers({}))).toMatchObject({
      code: "InvalidClientTokenId",
    });
    expect((await iam.listUsers({})).Users).toEqual([]);
  });
});

test("a second start with the same configuration writes no account and no key again", async () => {
  // What is in a database server, its own tools would have to show.
  const data = temporaryFolder();
  const rows = async () => {
    await (await startTestServer({ data, accounts, database: undefined })).close();
    const database = new Libsql(join(data, "rolecast.db"));
    const all = ["iam_accounts", "iam_access_keys"].map((name) =>
      database.prepare(`select * from ${name} order by 1`).all(),
    );
    database.close();
    return all;
  };
  const made = await rows();
  // The default account is one of them.
  expect(made.map((each) => each.length)).toEqual([3, 3]);
  // Another secret would be sealed anew, and look different.
  expect(await rows()).toEqual(made);
});

describe("at the same time", () => {
  it("one of many creations of a name wins, and quotas hold", async () => {
    const server = await start({});
    const iam = iamOf(server);
    const many = Array.from({ length: 8 }, (_, index) => index);
    const outcome = (call: Promise<unknown>) =>
      call.then(
        () => "made",
        (error: Error) => error.name,
      );
    const users = await Promise.all(
      many.map((index) => outcome(iam.createUser({ UserName: index % 2 ? "Twin" : "twin" }))),
    );
    expect(users.filter((result) => result === "made")).toHaveLength(1);
    expect(new Set(users)).toEqual(new Set(["made", "EntityAlreadyExistsException"]));

    const { Users = [] } = await iam.listUsers({});
    const UserName = Users[0]?.UserName;
    const keys = await Promise.all(many.map(() => outcome(iam.createAccessKey({ UserName }))));
    expect(keys.filter((result) => result === "made")).toHaveLength(2);

    await iam.createRole({ RoleName: "raced", AssumeRolePolicyDocument: EC2_TRUST });
    const results = await Promise.all([
      outcome(iam.deleteRole({ RoleName: "raced" })),
      outcome(
        iam.attachRolePolicy({
          RoleName: "raced",
          PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
        }),
      ),
    ]);
    expect(results.filter((result) => result === "made")).toHaveLength(1);
  });
});
