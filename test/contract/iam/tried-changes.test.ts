import {
  CreatePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  trusting,
} from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const OTHER = { id: "222222222222", rootAccessKeyId: "OTHERROOT", rootSecretAccessKey: "otherkey" };
const OTHER_ROOT: Key = { accessKeyId: "OTHERROOT", secretAccessKey: "otherkey" };
let server: TestServer;
let root: Clients;

beforeAll(async () => {
  server = await startTestServer({ accounts: [OTHER] });
  root = server.clients();
  await root.s3.send(new CreateBucketCommand({ Bucket: "media" }));
  await server.clients(OTHER_ROOT).s3.send(new CreateBucketCommand({ Bucket: "theirs" }));
});
afterAll(() => server.close());

async function idOf(denied: Promise<unknown>): Promise<string> {
  const error = (await denied.catch((thrown: unknown) => thrown)) as {
    $response?: { headers: Record<string, string> };
  };
  return error.$response?.headers["x-rolecast-authorization-id"] ?? String(error);
}

async function details(id: string) {
  const path = `/authorization-details/${id}`;
  const raw = { method: "GET", path };
  return JSON.parse((await sendSigned(server.endpoint, raw, { service: "iam" })).body);
}

async function documentOf(id: string, policyUri: string): Promise<string> {
  const path = `/authorization-details/${id}/policy`;
  const raw = { method: "GET", path, query: { policyUri } };
  const { body } = await sendSigned(server.endpoint, raw, { service: "iam" });
  return JSON.parse(body).policyDocument;
}

async function tryIt(id: string, change: object, key?: Key) {
  const path = `/_rolecast/decisions/${id}/try`;
  const headers = { "content-type": "application/json" };
  const raw = { path, headers, body: JSON.stringify(change) };
  const signing = key ? { service: "rolecast", key } : { service: "rolecast" };
  const { status, body } = await sendSigned(server.endpoint, raw, signing);
  return { status, body: JSON.parse(body) };
}

const PREFIX = { StringLike: { "s3:prefix": "ivs/*" } };
const V1 = { Sid: "V1", ...allow("s3:ListBucket", "arn:aws:s3:::media"), Condition: PREFIX };

test("an edited statement is decided again, and nothing is saved", async () => {
  const eve = await createUser(root.iam, "eve", [V1]);
  const list = () =>
    server.clients(eve).s3.send(new ListObjectsV2Command({ Bucket: "media", Prefix: "live/" }));
  const id = await idOf(list());
  const [{ uri }] = (await details(id)).evaluations[0].obstacles[0].statements;
  const edited = (Condition: object | undefined) =>
    tryIt(id, { PolicyUri: uri, PolicyDocument: policyOf([{ ...V1, Condition }]) });

  const mended = await edited({ StringLike: { "s3:prefix": ["ivs/*", "live/*"] } });
  expect(mended.body).toMatchObject({
    ...{ evaluatedEffect: "ALLOW", obstacles: [], droppedConditions: [] },
    newlyAllowed: ["s3:ListBucket on arn:aws:s3:::media"],
    nothingElse: true,
  });
  const dropped = await edited(undefined);
  expect(dropped.body).toMatchObject({
    ...{ evaluatedEffect: "ALLOW", droppedConditions: ["StringLike s3:prefix"] },
  });
  const anywhere = { ...V1, Resource: "arn:aws:s3:::m*", Condition: undefined };
  const wide = await tryIt(id, { PolicyUri: uri, PolicyDocument: policyOf([anywhere]) });
  expect(wide.body).toMatchObject({ nothingElse: false });
  expect(wide.body.newlyAllowed[1]).toMatch(/^s3:ListBucket on arn:aws:s3:::m/);
  const still = await edited({ StringLike: { "s3:prefix": "lives/*" } });
  expect(still.body.evaluatedEffect).toBe("IMPLICIT_DENY");
  expect(still.body.obstacles[0].statements[0].sentence).toContain("wants `lives/*`");
  await expect(list()).rejects.toThrow("because no identity-based policy allows");

  expect(await edited({ NoSuchOperator: { a: "b" } })).toMatchObject({
    ...{ status: 400, body: { message: expect.stringMatching(/NoSuchOperator/) } },
  });
  const noPolicy = { PolicyUri: "inline/identity/none", PolicyDocument: policyOf([V1]) };
  expect((await tryIt(id, noPolicy)).status).toBe(404);
});

test("a proposed statement, where nothing comes near, allows what it says", async () => {
  const ben = await createUser(root.iam, "ben", [allow("ivs:ListChannels")]);
  const get = new GetObjectCommand({ Bucket: "media", Key: "a*b" });
  const id = await idOf(server.clients(ben).s3.send(get));
  const [{ type, proposal, sentence }] = (await details(id)).evaluations[0].obstacles;
  expect(sentence).toBe("No statement of `own` allows anything similar.");
  expect(JSON.parse(proposal.document).Statement).toEqual([
    // A key's own asterisk is no wildcard.
    { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::media/a${*}b" },
  ]);
  expect(proposal.sentence).toBe(
    "This statement allows exactly `s3:GetObject` on `arn:aws:s3:::media/a*b`; " +
      "add it to an identity-based policy of the user `ben`:",
  );
  expect(JSON.parse(proposal.text)).toEqual(JSON.parse(proposal.document).Statement[0]);
  const tried = await tryIt(id, { PolicyType: type, PolicyDocument: proposal.document });
  expect(tried.body).toMatchObject({ evaluatedEffect: "ALLOW", obstacles: [] });
  const wrong = { PolicyType: "NO_SUCH_TYPE", PolicyDocument: proposal.document };
  expect((await tryIt(id, wrong)).status).toBe(400);
});

test("trying needs both permissions, and the account's own denial", async () => {
  const reading = allow("iam:GetRequestAuthorizationDetails");
  const simulating = allow("iam:SimulateCustomPolicy");
  const [reader, simulator, both] = await Promise.all([
    createUser(root.iam, "reader", [reading]),
    createUser(root.iam, "simulator", [simulating]),
    createUser(root.iam, "both", [reading, simulating]),
  ]);
  const id = await idOf(
    server.clients(both).iam.send(
      new CreatePolicyCommand({
        PolicyName: "x",
        PolicyDocument: policyOf([reading]),
      }),
    ),
  );
  const change = { PolicyType: "IDENTITY_BASED_POLICY", PolicyDocument: policyOf([reading]) };
  expect((await tryIt(id, change, reader)).status).toBe(403);
  expect((await tryIt(id, change, simulator)).status).toBe(403);
  expect((await tryIt(id, change, both)).status).toBe(200);
  expect((await tryIt(id, change, OTHER_ROOT)).status).toBe(404);
});

/** Denials of all layers: what was decided is decided again alike by the policies as they were. */
test("the same policies decide alike, whatever layers there are", async () => {
  const { iam, s3 } = root;
  const ann = await createUser(iam, "ann", [allow("s3:*"), allow("iam:CreateUser")]);
  const limit = await iam.send(
    new CreatePolicyCommand({ PolicyName: "limit", PolicyDocument: policyOf([allow("s3:Get*")]) }),
  );
  const PermissionsBoundary = limit.Policy?.Arn;
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "ann", PermissionsBoundary }));
  const TagKeys = { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } };
  const tagger = await createUser(iam, "tagger", [
    { ...allow("iam:CreatePolicy"), Condition: TagKeys },
  ]);
  const roleArn = await createRole(iam, "worker", [trusting(ACCOUNT)], [allow("s3:*")]);
  const session = await assumeRole(
    server.clients(await createUser(iam, "boss", [allow("sts:*")])).sts,
    roleArn,
    {
      Policy: policyOf([allow("s3:ListAllMyBuckets")]),
    },
  );
  await iam.send(
    new PutRolePermissionsBoundaryCommand({ RoleName: "worker", PermissionsBoundary }),
  );
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: "media",
      Policy: policyOf([
        {
          ...{ Sid: "Tls", Effect: "Deny", Principal: "*", Action: "s3:GetObject" },
          ...{ Resource: "arn:aws:s3:::media/*" },
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    }),
  );
  const get = (Bucket: string) => new GetObjectCommand({ Bucket, Key: "a" });
  const list = new ListObjectsV2Command({ Bucket: "media" });
  const ids = await Promise.all([
    idOf(server.clients(ann).s3.send(list)),
    idOf(server.clients(ann).s3.send(get("media"))),
    idOf(server.clients(ann).s3.send(get("theirs"))),
    idOf(server.clients(session).s3.send(list)),
    idOf(
      server.clients(tagger).iam.send(
        new CreatePolicyCommand({
          ...{ PolicyName: "p", PolicyDocument: policyOf([V1]) },
          Tags: [
            { Key: "team", Value: "a" },
            { Key: "other", Value: "b" },
          ],
        }),
      ),
    ),
    idOf(
      server
        .clients(tagger)
        .sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "mine" })),
    ),
  ]);
  expect(ids).toEqual(ids.map(() => expect.stringMatching(/^\w{25}$/)));
  for (const id of ids) {
    const { evaluations, policies } = await details(id);
    const [{ evaluatedEffect, obstacles }] = evaluations;
    expect(policies.length).toBeGreaterThan(0);
    for (const { uri } of policies) {
      const { body } = await tryIt(id, {
        PolicyUri: uri,
        PolicyDocument: await documentOf(id, uri),
      });
      expect(body).toEqual({
        ...{ evaluatedEffect, obstacles, reason: (await details(id)).requestContext.reason },
        ...{ droppedConditions: [], newlyAllowed: [], nothingElse: true },
      });
    }
  }
});
