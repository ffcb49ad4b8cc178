import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
} from "@aws-sdk/client-iam";
import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, assumeRole, createRole, createUser } from "../../support/principals.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const dir = mkdtempSync(join(tmpdir(), "rolecast-uses-"));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ data: dir });
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "media" }));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Use {
  readonly Action: string;
  readonly Resource: string;
  readonly IsPattern: boolean;
  readonly Condition: object;
  readonly Operation: string;
  readonly LastDenied?: number;
}

async function usesOf(principal: string, key: Key = ROOT, more: Record<string, string> = {}) {
  const { status, body } = await sendSigned(
    server.endpoint,
    { method: "GET", path: "/_rolecast/permission-uses", query: { principal, ...more } },
    { key, service: "rolecast" },
  );
  const answer = JSON.parse(body);
  const uses: Use[] = answer.PermissionUses ?? [];
  return { status, uses, shown: uses.map(({ Action, Resource }) => `${Action} on ${Resource}`) };
}

test("a user's permissions are remembered as they were decided, after a restart too", async () => {
  const { iam } = server.clients();
  const ann = await createUser(iam, "ann", [
    allow(["s3:PutObject", "s3:GetBucketLocation", "s3:ListBucket", "ivs:*"]),
    allow(["iam:CreateServiceLinkedRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"]),
  ]);
  const { s3, ivs } = server.clients(ann);
  await s3.send(new PutObjectCommand({ Bucket: "media", Key: "a", Body: "x" }));
  await expect(s3.send(new GetObjectCommand({ Bucket: "media", Key: "a" }))).rejects.toThrow();
  const destinationConfiguration = { s3: { bucketName: "media" } };
  await ivs.send(new CreateRecordingConfigurationCommand({ destinationConfiguration }));
  const before = await usesOf(ann.arn);
  expect(before.shown).toEqual(
    expect.arrayContaining([
      "s3:PutObject on arn:aws:s3:::media/a",
      "s3:GetObject on arn:aws:s3:::media/a",
    ]),
  );
  expect(before.uses.find(({ Action }) => Action === "s3:GetObject")?.LastDenied).toBeDefined();
  // IVS asked for the role on the caller's behalf: the caller needs the permission.
  expect(before.uses.find(({ Action }) => Action === "iam:CreateServiceLinkedRole")).toMatchObject({
    Condition: { "iam:AWSServiceName": ["ivs.amazonaws.com"] },
    Operation: "iam:CreateServiceLinkedRole",
  });

  await server.close();
  server = await startTestServer({ data: dir });
  expect((await usesOf(ann.arn)).uses).toEqual(before.uses);
  expect((await usesOf(ann.arn, ROOT, { since: "2999-01-01T00:00:00Z" })).uses).toEqual([]);
});

test("a role's sessions count as the role, and many objects become one pattern", async () => {
  const { iam, sts } = server.clients();
  const principal = { AWS: "arn:aws:iam::000000000000:root" };
  const trust = [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: principal }];
  const RoleArn = await createRole(iam, "writer", trust, [allow("s3:PutObject")]);
  for (const RoleSessionName of ["one", "two"]) {
    const { s3 } = server.clients(await assumeRole(sts, RoleArn, { RoleSessionName }));
    const keys = Array.from({ length: 150 }, (_, n) => `day/${RoleSessionName}-${n}`);
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: "media", Key, Body: "x" }));
    await Promise.all(keys.map(put));
    if (RoleSessionName === "one") expect((await usesOf(RoleArn)).uses).toHaveLength(150);
  }
  const { uses } = await usesOf(RoleArn);
  expect(uses).toEqual([
    expect.objectContaining({
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::media/day/*",
      IsPattern: true,
    }),
  ]);
});

test("statements, actions and resources that a user didn't need are named", async () => {
  const { iam } = server.clients();
  const wide = allow(["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::media/*");
  const cat = await createUser(iam, "cat", [wide, { ...allow("ivs:*"), Sid: "Ivs" }]);
  await iam.send(new CreateGroupCommand({ GroupName: "readers" }));
  await iam.send(new AddUserToGroupCommand({ GroupName: "readers", UserName: "cat" }));
  const PolicyArn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  await iam.send(new AttachGroupPolicyCommand({ GroupName: "readers", PolicyArn }));
  await server.clients(cat).s3.send(new PutObjectCommand({ Bucket: "media", Key: "c" }));
  const { body } = await sendSigned(
    server.endpoint,
    { method: "GET", path: "/_rolecast/unused-permissions", query: { principal: cat.arn } },
    { key: ROOT, service: "rolecast" },
  );
  const { Policies, AccessKeys } = JSON.parse(body);
  expect(Policies).toEqual([
    {
      PolicyName: "own",
      IsUnused: false,
      UnusedStatements: [
        { Index: 0, IsUnused: false, Actions: ["s3:DeleteObject"], Resources: [] },
        { Index: 1, Sid: "Ivs", IsUnused: true, Actions: ["ivs:*"], Resources: ["*"] },
      ],
      ReducedPolicy: expect.stringContaining('"s3:PutObject"'),
    },
    expect.objectContaining({ PolicyArn, GroupName: "readers", IsUnused: true }),
  ]);
  expect(AccessKeys).toEqual([expect.objectContaining({ AccessKeyId: cat.accessKeyId })]);

  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  const reduced = join(dir, "reduced");
  const args = ["policy", "unused", "--principal", cat.arn, "--reduced", reduced];
  const { code, out } = await rolecast(args, { env });
  expect(out.split("\n").filter(Boolean)).toEqual([
    "own: statement 1 doesn't need s3:DeleteObject",
    "own: statement Ivs isn't used",
    "AmazonS3ReadOnlyAccess (via group readers) isn't used",
  ]);
  expect(code).toBe(1);
  const { Statement } = JSON.parse(readFileSync(join(reduced, "own.json"), "utf8"));
  expect(Statement).toEqual([{ ...wide, Action: ["s3:PutObject"] }]);
});

test("who may not ask isn't answered, and a service's own writes are nobody's", async () => {
  const bob = await createUser(server.clients().iam, "bob");
  const refused = await usesOf(bob.arn, bob);
  expect([refused.status, refused.uses]).toEqual([403, []]);
  const role = "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/";
  expect((await usesOf(`${role}AWSServiceRoleForIVSRecordToS3`)).uses).toEqual([]);
});
