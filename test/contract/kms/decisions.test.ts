import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, assumeRole, createRole, createUser, trusting } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "./support.ts";

/*
 * Who may use a key: key policy × identity-based policy × grant × account. Source: KMS developer
 * guide, "Determining access to AWS KMS keys", "Key policies" and "Grants".
 */

const ACCOUNT = "000000000000";
const ELSEWHERE = "111122223333";
const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };

type Who = "permitted" | "plain" | "denied" | "root" | "session" | "stranger" | "foreigner";
const NAMES = ["permitted", "plain", "denied", "root", "session", "stranger", "foreigner"] as const;

let server: TestServer;
let root: kms.KMSClient;
let clients: Readonly<Record<Who, kms.KMSClient>>;
let arns: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: ELSEWHERE, rootAccessKeyId: OTHER.accessKeyId, rootSecretAccessKey: "other-secret" },
    ],
  });
  root = kmsOf(server);
  const { iam, sts } = server.clients();
  const use = allow(["kms:Encrypt", "kms:DescribeKey"]);
  const deny = { ...allow("kms:Encrypt"), Effect: "Deny" };
  const permitted = await createUser(iam, "permitted", [use]);
  const plain = await createUser(iam, "plain");
  const denied = await createUser(iam, "denied", [use, deny]);
  const role = await createRole(iam, "app", [trusting(ACCOUNT)], [allow("s3:*")]);
  const elsewhere = server.clients(OTHER).iam;
  const stranger = await createUser(elsewhere, "stranger");
  const foreigner = await createUser(elsewhere, "foreigner", [use]);
  clients = {
    permitted: kmsOf(server, permitted),
    plain: kmsOf(server, plain),
    denied: kmsOf(server, denied),
    root,
    session: kmsOf(server, await assumeRole(sts, role)),
    stranger: kmsOf(server, stranger),
    foreigner: kmsOf(server, foreigner),
  };
  arns = {
    permitted: permitted.arn,
    plain: plain.arn,
    denied: denied.arn,
    role,
    stranger: stranger.arn,
    foreigner: foreigner.arn,
    account: `arn:aws:iam::${ACCOUNT}:root`,
    elsewhere: `arn:aws:iam::${ELSEWHERE}:root`,
  };
});
afterAll(() => server?.close());

const statement = (names: readonly string[], Effect: string, Action = "kms:Encrypt") => ({
  Effect,
  Principal: { AWS: names.map((name) => arns[name] ?? name) },
  Action,
  Resource: "*",
});

/** A key whose policy has these statements, and one for whoever changes it. */
async function keyWith(statements: readonly object[]): Promise<string> {
  const keeper = statement(["account"], "Allow", "kms:PutKeyPolicy");
  const grants = statement(["account"], "Allow", "kms:CreateGrant");
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [keeper, grants, ...statements],
  });
  const { KeyMetadata } = await root.send(new kms.CreateKeyCommand({ Policy }));
  return KeyMetadata?.Arn ?? "";
}

async function whoMayEncrypt(KeyId: string, EncryptionContext?: Record<string, string>) {
  const asked = NAMES.map(async (name) => {
    const input = { KeyId, Plaintext: Buffer.from("x"), EncryptionContext };
    const outcome = await outcomeOf(clients[name].send(new kms.EncryptCommand(input)));
    expect(outcome).toMatch(/^(done|AccessDeniedException: )/);
    return outcome === "done" ? [name] : [];
  });
  return (await Promise.all(asked)).flat();
}

describe("a key's policy", () => {
  test.each<[string, () => readonly object[], readonly Who[]]>([
    ["names nobody: closed to all, root included", () => [], []],
    [
      "names the account: its IAM policies decide",
      () => [statement(["account"], "Allow")],
      ["permitted", "root"],
    ],
    [
      "names a user: no IAM policy is needed, and an IAM deny wins",
      () => [statement(["plain", "denied"], "Allow")],
      ["plain"],
    ],
    ["names a role: its sessions", () => [statement(["role"], "Allow")], ["session"]],
    [
      "names another account: that account's IAM policies decide",
      () => [statement(["elsewhere"], "Allow")],
      ["foreigner"],
    ],
    [
      "names another account's users: who has its own account's permission too",
      () => [statement(["stranger", "foreigner"], "Allow")],
      ["foreigner"],
    ],
    [
      "is for everybody: all but whom IAM denies, other accounts by their own policies",
      () => [statement(["*"], "Allow")],
      ["permitted", "plain", "root", "session", "foreigner"],
    ],
    [
      "denies a user that IAM allows",
      () => [statement(["account"], "Allow"), statement(["permitted"], "Deny")],
      ["root"],
    ],
    ["allows another action", () => [statement(["account", "plain"], "Allow", "kms:Decrypt")], []],
  ])("%s", async (_name, statements, expected) => {
    expect(await whoMayEncrypt(await keyWith(statements()))).toEqual(expected);
  });

  test("that is the default hands over to the account", async () => {
    const { KeyMetadata } = await root.send(new kms.CreateKeyCommand({}));
    expect(await whoMayEncrypt(KeyMetadata?.Arn ?? "")).toEqual(["permitted", "root"]);
    const { Policy = "" } = await root.send(
      new kms.GetKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId }),
    );
    expect(JSON.parse(Policy)).toEqual({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: arns.account },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    });
  });

  test("says why it refuses, to its own account alone", async () => {
    const closed = await keyWith([]);
    const open = await keyWith([statement(["account"], "Allow")]);
    const ask = (who: Who, KeyId: string) =>
      outcomeOf(clients[who].send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from("x") })));
    const refused = (who: string, on: string) => {
      const user = `AccessDeniedException: User: ${arns[who]}`;
      return `${user} is not authorized to perform: kms:Encrypt on ${on}`;
    };
    const because = (kind: string) => `because no ${kind} policy allows the kms:Encrypt action`;
    expect(await ask("permitted", closed)).toBe(
      refused("permitted", `resource: ${closed} ${because("resource-based")}`),
    );
    expect(await ask("plain", open)).toBe(
      refused("plain", `resource: ${open} ${because("identity-based")}`),
    );
    const unsaid = [
      "this resource because the resource does not exist in this Region,",
      "no resource-based policies allow access,",
      "or a resource-based policy explicitly denies access",
    ].join(" ");
    const missing = open.replace(/[^/]*$/, "11111111-2222-4333-8444-555555555555");
    for (const key of [open, closed, missing])
      expect(await ask("foreigner", key)).toBe(refused("foreigner", unsaid));
  });

  test("must let whoever puts it put the next one, and name principals that exist", async () => {
    const arn = await keyWith([]);
    const put = (statements: readonly object[], more: object = {}) => {
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
      const input = { KeyId: arn, PolicyName: "default", Policy, ...more };
      return outcomeOf(root.send(new kms.PutKeyPolicyCommand(input)));
    };
    const locked = [
      "MalformedPolicyDocumentException: The new key policy will not allow you",
      "to update the key policy in the future.",
    ].join(" ");
    const own = statement(["plain"], "Allow", "kms:*");
    expect(await put([own])).toBe(locked);
    expect(await put([statement(["arn:aws:iam::000000000000:user/none"], "Allow")])).toMatch(
      /^Malformed.*: Policy contains a statement with one or more invalid principals\.$/,
    );
    expect(await put([own], { BypassPolicyLockoutSafetyCheck: true })).toBe("done");
    expect(await put([own])).toMatch(/^AccessDeniedException/);
    const keeper = new kms.GetKeyPolicyCommand({ KeyId: arn });
    expect((await clients.plain.send(keeper)).Policy).toContain(arns.plain);
  });

  test("manages no key for another account, whatever it allows", async () => {
    const arn = await keyWith([statement(["elsewhere", "foreigner"], "Allow", "kms:*")]);
    const foreign = kmsOf(server, OTHER);
    const asked = (command: kms.DisableKeyCommand) => outcomeOf(foreign.send(command));
    expect(await asked(new kms.DescribeKeyCommand({ KeyId: arn }) as never)).toBe("done");
    for (const command of [
      new kms.DisableKeyCommand({ KeyId: arn }),
      new kms.GetKeyPolicyCommand({ KeyId: arn }),
      new kms.ScheduleKeyDeletionCommand({ KeyId: arn }),
      new kms.TagResourceCommand({ KeyId: arn, Tags: [] }),
    ])
      expect(await asked(command as never)).toMatch(/^AccessDeniedException/);
  });
});

describe("a grant", () => {
  const grant = (KeyId: string, grantee: string, more: Partial<kms.CreateGrantCommandInput> = {}) =>
    root.send(
      new kms.CreateGrantCommand({
        KeyId,
        GranteePrincipal: arns[grantee] ?? grantee,
        Operations: ["Encrypt"],
        ...more,
      }),
    );

  test.each<[string, string, readonly Who[]]>([
    ["a user, without any policy", "plain", ["plain"]],
    ["a user whom IAM denies", "denied", []],
    ["a role: its sessions", "role", ["session"]],
    ["a user of another account, with its account's permission", "foreigner", ["foreigner"]],
  ])("allows %s", async (_name, grantee, expected) => {
    const arn = await keyWith([]);
    await grant(arn, grantee);
    expect(await whoMayEncrypt(arn)).toEqual(expected);
  });

  test("doesn't win over a key policy's deny, and allows nothing but its operations", async () => {
    const arn = await keyWith([statement(["plain"], "Deny")]);
    await grant(arn, "plain");
    expect(await whoMayEncrypt(arn)).toEqual([]);
    const other = await keyWith([]);
    await grant(other, "plain", { Operations: ["Decrypt"] });
    expect(await whoMayEncrypt(other)).toEqual([]);
  });

  test.each<[string, kms.GrantConstraints, Record<string, string> | undefined, boolean]>([
    ["a part of the context", { EncryptionContextSubset: { a: "1" } }, { a: "1", b: "2" }, true],
    ["a part that isn't there", { EncryptionContextSubset: { a: "1" } }, { b: "2" }, false],
    [
      "a part, by a name in another case",
      { EncryptionContextSubset: { a: "1" } },
      { A: "1" },
      true,
    ],
    [
      "the whole, by a name in another case",
      { EncryptionContextEquals: { A: "1" } },
      { a: "1" },
      true,
    ],
    ["a value in its own case", { EncryptionContextSubset: { a: "x" } }, { a: "X" }, false],
    ["each spelling", { EncryptionContextSubset: { a: "1" } }, { a: "1", A: "2" }, false],
    [
      "each spelling of the whole",
      { EncryptionContextEquals: { a: "1" } },
      { a: "1", A: "2" },
      false,
    ],
    ["the whole context", { EncryptionContextEquals: { a: "1" } }, { a: "1" }, true],
    ["more than the whole", { EncryptionContextEquals: { a: "1" } }, { a: "1", b: "2" }, false],
    ["no context at all", { EncryptionContextEquals: { a: "1" } }, undefined, false],
  ])("is held to %s", async (_name, Constraints, context, isAllowed) => {
    const arn = await keyWith([]);
    await grant(arn, "plain", { Constraints });
    expect(await whoMayEncrypt(arn, context)).toEqual(isAllowed ? ["plain"] : []);
  });

  test("that lets its grantee make grants lets it give no more than it has", async () => {
    const arn = await keyWith([]);
    const EncryptionContextSubset = { a: "1" };
    const Constraints = { EncryptionContextSubset };
    await grant(arn, "plain", { Operations: ["Encrypt", "CreateGrant"], Constraints });
    const pass = (more: Partial<kms.CreateGrantCommandInput>) => {
      const GranteePrincipal = arns.permitted;
      const base = { KeyId: arn, GranteePrincipal, Operations: ["Encrypt" as const] };
      return outcomeOf(clients.plain.send(new kms.CreateGrantCommand({ ...base, ...more })));
    };
    expect(await pass({})).toMatch(/^AccessDeniedException/);
    expect(await pass({ Constraints, Operations: ["Decrypt"] })).toMatch(/^AccessDeniedException/);
    const wider = { EncryptionContextSubset: { b: "1" } };
    expect(await pass({ Constraints: wider })).toMatch(/^AccessDeniedException/);
    const narrower = { EncryptionContextEquals: { a: "1", b: "2" } };
    expect(await pass({ Constraints: narrower })).toBe("done");
    expect(await pass({ Constraints })).toBe("done");
  });

  test("is listed, found by its name, revoked and retired by whom it says", async () => {
    const arn = await keyWith([statement(["account"], "Allow", "kms:*")]);
    const named = { Name: "mine", RetiringPrincipal: arns.permitted };
    const { GrantId, GrantToken } = await grant(arn, "plain", named);
    expect((await grant(arn, "plain", named)).GrantId).toBe(GrantId);
    const list = async () => (await root.send(new kms.ListGrantsCommand({ KeyId: arn }))).Grants;
    expect(await list()).toEqual([
      {
        KeyId: arn,
        GrantId: expect.stringMatching(/^[0-9a-f]{64}$/),
        Name: "mine",
        CreationDate: expect.any(Date),
        GranteePrincipal: arns.plain,
        RetiringPrincipal: arns.permitted,
        IssuingAccount: arns.account,
        Operations: ["Encrypt"],
      },
    ]);
    const retirable = new kms.ListRetirableGrantsCommand({ RetiringPrincipal: arns.permitted });
    expect((await root.send(retirable)).Grants).toMatchObject([{ GrantId }]);
    const retire = (who: Who) =>
      outcomeOf(clients[who].send(new kms.RetireGrantCommand({ GrantToken })));
    expect(await retire("plain")).toMatch(/^AccessDeniedException/);
    expect(await retire("permitted")).toBe("done");
    expect(await list()).toEqual([]);
    const second = await grant(arn, "plain");
    const revoke = (id = second.GrantId) =>
      outcomeOf(root.send(new kms.RevokeGrantCommand({ KeyId: arn, GrantId: id })));
    expect(await revoke("aabbccdd")).toBe("NotFoundException: Grant ID aabbccdd not found");
    expect(await revoke()).toBe("done");
    expect(await whoMayEncrypt(arn)).toEqual(["permitted", "root"]);
  });

  test("has a token that other requests may name, and only a real one", async () => {
    const arn = await keyWith([]);
    const { GrantToken = "" } = await grant(arn, "plain");
    const encrypt = (token: string) => {
      const input = { KeyId: arn, Plaintext: Buffer.from("x"), GrantTokens: [token] };
      return outcomeOf(clients.plain.send(new kms.EncryptCommand(input)));
    };
    expect(await encrypt(GrantToken)).toBe("done");
    expect(await encrypt("made-up")).toMatch(/^InvalidGrantTokenException/);
  });

  test.each<[string, Partial<kms.CreateGrantCommandInput>, RegExp]>([
    [
      "nobody",
      { GranteePrincipal: "arn:aws:iam::000000000000:user/none" },
      /^InvalidArnException: ARN does not refer to a valid principal/,
    ],
    ["a signature", { Operations: ["Sign"] }, /^ValidationException: .*Sign/],
    ["no operation", { Operations: [] }, /^ValidationException/],
    ["a source", { Constraints: { SourceArn: "arn:aws:s3:::b" } }, /SourceArn/],
  ])("isn't made for %s", async (_name, more, expected) => {
    const arn = await keyWith([]);
    expect(await outcomeOf(grant(arn, "plain", more))).toMatch(expected);
  });
});

describe("condition keys", () => {
  const decided = async (Condition: object, EncryptionContext?: Record<string, string>) => {
    const tags = [{ TagKey: "team", TagValue: "studio" }];
    const arn = await keyWith([{ ...statement(["plain"], "Allow"), Condition }]);
    const keeper = statement(["account"], "Allow", "kms:*");
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ ...statement(["plain"], "Allow"), Condition }, keeper],
    });
    const put = { KeyId: arn, PolicyName: "default", Policy };
    await root.send(new kms.PutKeyPolicyCommand(put));
    await root.send(new kms.TagResourceCommand({ KeyId: arn, Tags: tags }));
    const AliasName = `alias/conditions/${arn.slice(-12)}`;
    await root.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId: arn }));
    const input = { KeyId: AliasName, Plaintext: Buffer.from("x"), EncryptionContext };
    return outcomeOf(clients.plain.send(new kms.EncryptCommand(input)));
  };

  test.each<[string, object, Record<string, string> | undefined, boolean]>([
    ["kms:CallerAccount", { StringEquals: { "kms:CallerAccount": ACCOUNT } }, undefined, true],
    ["kms:ViaService", { StringLike: { "kms:ViaService": "*" } }, undefined, false],
    ["kms:KeySpec", { StringEquals: { "kms:KeySpec": "SYMMETRIC_DEFAULT" } }, undefined, true],
    ["kms:MultiRegion", { Bool: { "kms:MultiRegion": "false" } }, undefined, true],
    ["aws:ResourceTag", { StringEquals: { "aws:ResourceTag/team": "studio" } }, undefined, true],
    [
      "aws:ResourceTag of others",
      { StringEquals: { "aws:ResourceTag/team": "x" } },
      undefined,
      false,
    ],
    [
      "kms:RequestAlias",
      { StringLike: { "kms:RequestAlias": "alias/conditions/*" } },
      undefined,
      true,
    ],
    [
      "kms:ResourceAliases",
      { "ForAnyValue:StringLike": { "kms:ResourceAliases": "alias/conditions/*" } },
      undefined,
      true,
    ],
    [
      "kms:EncryptionContext:",
      { StringEquals: { "kms:EncryptionContext:AppName": "x" } },
      { AppName: "x" },
      true,
    ],
    [
      "kms:EncryptionContext:, another value",
      { StringEquals: { "kms:EncryptionContext:AppName": "x" } },
      { AppName: "X" },
      false,
    ],
    [
      "kms:EncryptionContextKeys",
      { "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["a", "b"] } },
      { a: "1", c: "2" },
      false,
    ],
    [
      "kms:EncryptionAlgorithm",
      { StringEquals: { "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT" } },
      undefined,
      true,
    ],
  ])("%s", async (_name, condition, context, isAllowed) => {
    expect(await decided(condition, context)).toMatch(
      isAllowed ? /^done$/ : /^AccessDeniedException/,
    );
  });
});
