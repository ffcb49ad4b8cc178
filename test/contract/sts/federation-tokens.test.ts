import { ListUsersCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createRole, createUser, policyOf, trusting } from "../../support/principals.ts";
import {
  type Clients,
  type Key,
  ROOT,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const ACCOUNT = "000000000000";

let server: TestServer;
let root: Clients;
let broker: Key & { readonly arn: string };

beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  const statements = [
    allow("sts:GetFederationToken", `arn:aws:sts::${ACCOUNT}:federated-user/app-*`),
    allow(["s3:ListAllMyBuckets", "iam:*", "sts:AssumeRole", "sts:GetAccessKeyInfo"]),
  ];
  broker = await createUser(root.iam, "broker", statements);
  await root.s3.send(new CreateBucketCommand({ Bucket: "federated" }));
});
afterAll(() => server.close());

async function federate(key: Key, input: Partial<GetFederationTokenCommandInput> = {}) {
  const command = new GetFederationTokenCommand({ Name: "app-bob", ...input });
  const { Credentials, ...rest } = await server.clients(key).sts.send(command);
  return {
    ...rest,
    seconds: (Number(Credentials?.Expiration) - Date.now()) / 1000,
    clients: server.clients({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    }),
  };
}

const ALL = policyOf([allow("*")]);

describe("GetFederationToken", () => {
  test("names a federated user", async () => {
    const { FederatedUser, PackedPolicySize, seconds, clients } = await federate(broker, {
      Policy: ALL,
    });
    expect(FederatedUser).toEqual({
      FederatedUserId: `${ACCOUNT}:app-bob`,
      Arn: `arn:aws:sts::${ACCOUNT}:federated-user/app-bob`,
    });
    expect(PackedPolicySize).toBeGreaterThan(0);
    expect((await federate(broker)).PackedPolicySize).toBe(0);
    expect(seconds).toBeGreaterThan(43_100);
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: FederatedUser?.FederatedUserId,
      Arn: FederatedUser?.Arn,
      Account: ACCOUNT,
    });
  });

  test.each([
    ["no session policy: nothing", undefined, "denied"],
    ["a session policy that allows what the user may: that", ALL, "allowed"],
    ["a session policy of something else: not that", policyOf([allow("s3:GetObject")]), "denied"],
  ])("with %s", async (_name, Policy, expected) => {
    const { clients } = await federate(broker, Policy === undefined ? {} : { Policy });
    const outcome = await clients.s3.send(new ListBucketsCommand({})).then(
      () => "allowed",
      (error: Error) => (error.name === "AccessDenied" ? "denied" : error.name),
    );
    expect(outcome).toBe(expected);
  });

  test("has the rights of a managed session policy, and no more than the user's", async () => {
    const arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    const { clients } = await federate(broker, { PolicyArns: [{ arn }] });
    await clients.s3.send(new ListBucketsCommand({}));
    const asked = clients.s3.send(new GetBucketLocationCommand({ Bucket: "federated" }));
    await expect(asked).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("without session policy has what a bucket policy gives to its name", async () => {
    const Policy = policyOf([
      {
        ...allow("s3:GetBucketLocation", "arn:aws:s3:::federated"),
        Principal: { AWS: `arn:aws:sts::${ACCOUNT}:federated-user/app-named` },
      },
    ]);
    await root.s3.send(new PutBucketPolicyCommand({ Bucket: "federated", Policy }));
    const locate = (clients: Clients) =>
      clients.s3.send(new GetBucketLocationCommand({ Bucket: "federated" }));
    await locate((await federate(broker, { Name: "app-named" })).clients);
    await expect(locate((await federate(broker)).clients)).rejects.toMatchObject({
      name: "AccessDenied",
    });
  });

  test("may call neither IAM nor, but for its identity, STS", async () => {
    const { clients } = await federate(broker, { Policy: ALL });
    await expect(clients.iam.send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
    const RoleArn = await createRole(root.iam, "trusting", [trusting(ACCOUNT)]);
    const sts = [
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" }),
      new GetFederationTokenCommand({ Name: "app-x" }),
      new GetSessionTokenCommand({}),
      new GetAccessKeyInfoCommand({ AccessKeyId: broker.accessKeyId }),
    ];
    for (const command of sts)
      await expect(clients.sts.send(command as GetSessionTokenCommand)).rejects.toMatchObject({
        name: "AccessDenied",
      });
  });

  test.each<[string, () => Key, Partial<GetFederationTokenCommandInput>, string, string]>([
    [
      "another name than the user's policy allows",
      () => broker,
      { Name: "bob" },
      "AccessDenied",
      `is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${ACCOUNT}:federated-user/bob`,
    ],
    [
      "tags without sts:TagSession",
      () => broker,
      { Tags: [{ Key: "team", Value: "a" }] },
      "AccessDenied",
      "sts:TagSession",
    ],
    ["a policy that isn't one", () => ROOT, { Policy: "{}" }, "MalformedPolicyDocument", ""],
    ["a name too long", () => ROOT, { Name: "n".repeat(33) }, "ValidationError", "equal to 32"],
    [
      "a policy that doesn't exist",
      () => ROOT,
      { PolicyArns: [{ arn: `arn:aws:iam::${ACCOUNT}:policy/none` }] },
      "ValidationError",
      "does not exist",
    ],
    [
      "more tags than a token has room for",
      () => ROOT,
      {
        Tags: Array.from({ length: 50 }, (_, index) => ({
          Key: `key${index}`,
          Value: [...crypto.getRandomValues(new Uint8Array(256))].map((n) => n % 10).join(""),
        })),
      },
      "PackedPolicyTooLarge",
      "Packed size of session tags consumes",
    ],
  ])("is refused with %s", async (_name, key, input, name, message) => {
    await expect(federate(key(), input).then(() => "issued")).rejects.toMatchObject({
      name: expect.stringContaining(name),
      message: expect.stringContaining(message),
    });
  });

  test("of root lasts an hour at most", async () => {
    expect((await federate(ROOT, { Name: "bob" })).seconds).toBeLessThanOrEqual(3600);
  });
});

describe("GetAccessKeyInfo", () => {
  test("tells the account of a key from its id", async () => {
    const { AccessKeyId } = (await root.sts.send(new GetSessionTokenCommand({}))).Credentials ?? {};
    for (const id of [broker.accessKeyId, AccessKeyId]) {
      const { Account } = await root.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: id }));
      expect(Account).toBe(ACCOUNT);
    }
  });

  test.each(["AIDAQAAAAAAABCDEFGHI", "AKIA000000000000000A", "short"])("refuses %s", async (id) => {
    await expect(
      root.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: id })),
    ).rejects.toMatchObject({ name: "ValidationError" });
  });
});
