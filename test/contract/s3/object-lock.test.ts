import { createHash } from "node:crypto";
import {
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
} from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const DAY_MS = 24 * 3_600_000;
const Bucket = "object-lock-contract";
const PLAIN = "object-lock-without";
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await client.send(new s3.CreateBucketCommand({ Bucket: PLAIN }));
});
afterAll(() => server?.close());

let keys = 0;
async function put(more: Partial<s3.PutObjectCommandInput> = {}) {
  const Key = `key-${keys++}`;
  const { VersionId } = await client.send(
    new s3.PutObjectCommand({ Bucket, Key, Body: "x", ...more }),
  );
  return { Bucket, Key, VersionId };
}

type Version = Awaited<ReturnType<typeof put>>;
const inDays = (days: number) => new Date(Math.trunc(Date.now() / 1000) * 1000 + days * DAY_MS);

function retain(version: Version, Retention: s3.ObjectLockRetention, bypass?: true) {
  return client.send(
    new s3.PutObjectRetentionCommand({
      ...version,
      Retention,
      ...(bypass ? { BypassGovernanceRetention: true } : {}),
    }),
  );
}

function remove(version: Version, bypass?: true, by = client) {
  return by.send(
    new s3.DeleteObjectCommand({
      ...version,
      ...(bypass ? { BypassGovernanceRetention: true } : {}),
    }),
  );
}

const head = (version: Version) => client.send(new s3.HeadObjectCommand(version));
const PROTECTED = {
  name: "AccessDenied",
  message: "Access Denied because object protected by object lock.",
};

function configure(ObjectLockConfiguration: unknown, name = Bucket) {
  return client.send(
    new s3.PutObjectLockConfigurationCommand({
      Bucket: name,
      ObjectLockConfiguration: ObjectLockConfiguration as s3.ObjectLockConfiguration,
    }),
  );
}

describe("a bucket with Object Lock", () => {
  const get = (name = Bucket) =>
    client.send(new s3.GetObjectLockConfigurationCommand({ Bucket: name }));

  test("has versions for good, and a rule for new objects when it is asked to", async () => {
    const enabled = { ObjectLockEnabled: "Enabled" as const };
    expect((await get()).ObjectLockConfiguration).toEqual(enabled);
    await expect(
      client.send(
        new s3.PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: "Suspended" },
        }),
      ),
    ).rejects.toMatchObject({ name: "InvalidBucketState" });
    const DefaultRetention = { Mode: "GOVERNANCE" as const, Years: 1 };
    await configure({ ...enabled, Rule: { DefaultRetention } });
    expect((await get()).ObjectLockConfiguration).toEqual({
      ...enabled,
      Rule: { DefaultRetention },
    });
    const { ObjectLockMode, ObjectLockRetainUntilDate } = await head(await put());
    expect(ObjectLockMode).toBe("GOVERNANCE");
    expect(
      Math.round(((ObjectLockRetainUntilDate?.getTime() ?? 0) - Date.now()) / DAY_MS / 366),
    ).toBe(1);
    await configure(enabled);
    expect((await head(await put())).ObjectLockMode).toBeUndefined();
  });

  test.each([
    [{ ObjectLockEnabled: "Disabled" }, "MalformedXML"],
    [
      { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "SOFT", Days: 1 } } },
      "MalformedXML",
    ],
    [
      { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "GOVERNANCE" } } },
      "MalformedXML",
    ],
    [
      {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1, Years: 1 } },
      },
      "MalformedXML",
    ],
    [
      { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 0 } } },
      "InvalidArgument",
    ],
    [
      {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 36_501 } },
      },
      "InvalidArgument",
    ],
  ])("refuses %j", async (configuration, name) => {
    await expect(configure(configuration)).rejects.toMatchObject({ name });
  });

  test("may be made of one with versions, and of no other", async () => {
    await expect(configure({ ObjectLockEnabled: "Enabled" }, PLAIN)).rejects.toMatchObject({
      name: "InvalidBucketState",
    });
    await expect(get(PLAIN)).rejects.toMatchObject({
      name: "ObjectLockConfigurationNotFoundError",
    });
    const plain = { Bucket: PLAIN, Key: "k", Body: "x" };
    await client.send(new s3.PutObjectCommand(plain));
    for (const command of [
      new s3.PutObjectCommand({ ...plain, ObjectLockLegalHoldStatus: "ON" }),
      new s3.PutObjectLegalHoldCommand({ ...plain, LegalHold: { Status: "ON" } }),
      new s3.GetObjectRetentionCommand(plain),
    ])
      await expect(client.send(command as s3.GetObjectRetentionCommand)).rejects.toMatchObject({
        name: "InvalidRequest",
        message: "Bucket is missing Object Lock Configuration",
      });
  });
});

test("a retained version can't be deleted, in governance mode but by bypassing it", async () => {
  const until = inDays(2);
  const lock = { ObjectLockRetainUntilDate: until };
  const governed = await put({ ...lock, ObjectLockMode: "GOVERNANCE" });
  const complied = await put({ ...lock, ObjectLockMode: "COMPLIANCE" });
  for (const [version, Mode] of [
    [governed, "GOVERNANCE"],
    [complied, "COMPLIANCE"],
  ] as const) {
    const { Retention } = await client.send(new s3.GetObjectRetentionCommand(version));
    expect(Retention).toEqual({ Mode, RetainUntilDate: until });
    await expect(remove(version)).rejects.toMatchObject(PROTECTED);
    // A delete marker takes nothing away.
    expect((await remove({ ...version, VersionId: undefined })).DeleteMarker).toBe(true);
  }
  const Objects = [governed, complied].map(({ Key, VersionId }) => ({ Key, VersionId }));
  const { Errors = [] } = await client.send(
    new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
  );
  expect(Errors.map(({ Code }) => Code)).toEqual(["AccessDenied", "AccessDenied"]);
  const who = await createUser(server.clients().iam, `deleter-${keys}`, [
    allow("s3:DeleteObject*"),
  ]);
  await expect(remove(governed, true, server.clients(who).s3)).rejects.toMatchObject({
    message: expect.stringContaining("s3:BypassGovernanceRetention"),
  });
  await remove(governed, true);
  await expect(remove(complied, true)).rejects.toMatchObject(PROTECTED);
});

test("a retention may be made longer, and shorter in governance mode by bypassing it", async () => {
  const governed = await put();
  const Mode = "GOVERNANCE" as const;
  await retain(governed, { Mode, RetainUntilDate: inDays(2) });
  await retain(governed, { Mode, RetainUntilDate: inDays(3) });
  await expect(retain(governed, { Mode, RetainUntilDate: inDays(1) })).rejects.toMatchObject(
    PROTECTED,
  );
  await expect(retain(governed, {})).rejects.toMatchObject(PROTECTED);
  await retain(governed, { Mode, RetainUntilDate: inDays(1) }, true);
  const complied = { Mode: "COMPLIANCE" as const, RetainUntilDate: inDays(4) };
  await expect(retain(governed, complied)).rejects.toMatchObject(PROTECTED);
  await retain(governed, complied, true);
  for (const weaker of [
    { Mode, RetainUntilDate: inDays(9) },
    { Mode: "COMPLIANCE" as const, RetainUntilDate: inDays(3) },
  ])
    await expect(retain(governed, weaker, true)).rejects.toMatchObject(PROTECTED);
  await retain(governed, { Mode: "COMPLIANCE", RetainUntilDate: inDays(5) });
});

test("a legal hold holds until it is taken off", async () => {
  const version = await put({ ObjectLockLegalHoldStatus: "ON" });
  const hold = () => client.send(new s3.GetObjectLegalHoldCommand(version));
  expect((await head(version)).ObjectLockLegalHoldStatus).toBe("ON");
  await expect(remove(version, true)).rejects.toMatchObject(PROTECTED);
  await client.send(new s3.PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: "OFF" } }));
  expect((await hold()).LegalHold).toEqual({ Status: "OFF" });
  await remove(version);
  await expect(client.send(new s3.GetObjectRetentionCommand(await put()))).rejects.toMatchObject({
    name: "NoSuchObjectLockConfiguration",
  });
});

test.each<[Partial<s3.PutObjectCommandInput>, string]>([
  [{ ObjectLockMode: "GOVERNANCE" }, "InvalidArgument"],
  [{ ObjectLockRetainUntilDate: inDays(1) }, "InvalidArgument"],
  [{ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: inDays(-1) }, "InvalidArgument"],
  [
    { ObjectLockMode: "SOFT" as "GOVERNANCE", ObjectLockRetainUntilDate: inDays(1) },
    "InvalidArgument",
  ],
  [{ ObjectLockLegalHoldStatus: "MAYBE" as "ON" }, "InvalidArgument"],
])("PutObject refuses %j", async (lock, name) => {
  await expect(put(lock)).rejects.toMatchObject({ name });
});

test("an upload and a copy are locked as they are asked to be, a copy's source doesn't matter", async () => {
  const lock = { ObjectLockMode: "COMPLIANCE" as const, ObjectLockRetainUntilDate: inDays(1) };
  const Key = "uploaded";
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({ Bucket, Key, ...lock }),
  );
  const { ETag } = await client.send(
    new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }),
  );
  const { VersionId } = await client.send(
    new s3.CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    }),
  );
  expect(await head({ Bucket, Key, VersionId })).toMatchObject(lock);
  const copy = { Bucket, Key: "copied", CopySource: `${Bucket}/${Key}` };
  await client.send(new s3.CopyObjectCommand(copy));
  const read = () => client.send(new s3.HeadObjectCommand({ Bucket, Key: "copied" }));
  expect((await read()).ObjectLockMode).toBeUndefined();
  await client.send(new s3.CopyObjectCommand({ ...copy, ...lock }));
  expect(await read()).toMatchObject(lock);
});

describe("without a digest", () => {
  const REQUIRED = expect.stringContaining("<Code>InvalidRequest</Code>");
  const HOLD = "<LegalHold><Status>ON</Status></LegalHold>";
  const until = inDays(1).toISOString();
  const RETENTION = `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
  const RULE =
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
  const LOCK = { "x-amz-object-lock-legal-hold": "ON" };

  test.each<[string, string, Record<string, string>, string, Record<string, string>]>([
    ["a locked object", "/digest", {}, "x", LOCK],
    ["a legal hold", "/digest", { "legal-hold": "" }, HOLD, {}],
    ["a retention", "/digest", { retention: "" }, RETENTION, {}],
    ["a bucket's rule", "", { "object-lock": "" }, RULE, {}],
  ])("%s isn't taken", async (_name, path, query, body, headers) => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "digest", Body: "x" }));
    const raw = { method: "PUT", path: `/${Bucket}${path}`, query, body };
    const put = (more: Record<string, string>) =>
      sendSigned(server.endpoint, { ...raw, headers: { ...headers, ...more } }, { service: "s3" });
    expect(await put({})).toMatchObject({ status: 400, body: REQUIRED });
    const digest = createHash("md5").update(body).digest("base64");
    expect(await put({ "content-md5": digest })).toMatchObject({ status: 200 });
  });

  test("a part of what will be locked isn't taken", async () => {
    const ids = { Bucket, Key: "digest" };
    const create = { ...ids, ObjectLockLegalHoldStatus: "ON" } as const;
    const { UploadId = "" } = await client.send(new s3.CreateMultipartUploadCommand(create));
    const query = { partNumber: "1", uploadId: UploadId };
    const raw = { method: "PUT", path: `/${Bucket}/digest`, query, body: "x" };
    const put = (headers: Record<string, string>) =>
      sendSigned(server.endpoint, { ...raw, headers }, { service: "s3" });
    expect(await put({})).toMatchObject({
      status: 400,
      body: expect.stringContaining("required for Put Part requests with Object Lock parameters"),
    });
    const digest = createHash("md5").update("x").digest("base64");
    expect(await put({ "content-md5": digest })).toMatchObject({ status: 200 });
    await client.send(new s3.AbortMultipartUploadCommand({ ...ids, UploadId }));
  });
});

test("reading a locked object is no call of what shows its lock", async () => {
  const { iam } = server.clients();
  const who = await createUser(iam, "lock-reader", [allow(["s3:GetObject*"])]);
  const version = await put({ ObjectLockLegalHoldStatus: "ON" });
  const reader = server.clients(who).s3;
  const called = async () => {
    const { JobId } = await iam.send(
      new GenerateServiceLastAccessedDetailsCommand({ Arn: who.arn, Granularity: "ACTION_LEVEL" }),
    );
    const report = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId }));
    const [details] = report.ServicesLastAccessed ?? [];
    return details?.TrackedActionsLastAccessed?.flatMap(({ ActionName, LastAccessedTime }) =>
      LastAccessedTime ? [ActionName] : [],
    );
  };
  const { VersionId: _version, ...latest } = version;
  const head = await reader.send(new s3.HeadObjectCommand(latest));
  expect(head.ObjectLockLegalHoldStatus).toBe("ON");
  expect(await called()).not.toContain("GetObjectLegalHold");
  await reader.send(new s3.GetObjectLegalHoldCommand(version));
  expect(await called()).toContain("GetObjectLegalHold");
});
