import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
});
afterAll(() => server?.close());

const setStatus = (Bucket: string, Status: s3.BucketVersioningStatus) =>
  client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = (Bucket: string, Key: string, Body: string) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
const remove = (Bucket: string, Key: string, VersionId?: string) =>
  client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId }));
const head = (Bucket: string, Key: string, VersionId?: string) =>
  client.send(new s3.HeadObjectCommand({ Bucket, Key, VersionId }));
async function text(Bucket: string, Key: string, VersionId?: string): Promise<string> {
  const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key, VersionId }));
  return (await Body?.transformToString()) ?? "";
}

let buckets = 0;

/** A new one each time, also when a test is tried again. */
async function bucket(name: string, status?: s3.BucketVersioningStatus): Promise<string> {
  const Bucket = `${name}-${buckets++}`;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  if (status) await setStatus(Bucket, status);
  return Bucket;
}

/** All versions page by page, the newest of a key first, delete markers as `undefined` bodies. */
async function versions(Bucket: string, MaxKeys = 1000) {
  const all: { key: string; id: string; isMarker: boolean; isLatest: boolean }[] = [];
  let from: Partial<s3.ListObjectVersionsCommandInput> = {};
  for (;;) {
    const page = await client.send(new s3.ListObjectVersionsCommand({ Bucket, MaxKeys, ...from }));
    const rows = [
      ...(page.Versions ?? []).map((each) => ({ ...each, isMarker: false })),
      ...(page.DeleteMarkers ?? []).map((each) => ({ ...each, isMarker: true })),
    ];
    for (const { Key = "", VersionId = "", IsLatest = false, isMarker } of rows) {
      all.push({ key: Key, id: VersionId, isMarker, isLatest: IsLatest });
    }
    if (!page.IsTruncated) return all;
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

describe("the bucket's status", () => {
  test("is absent at first, then what was put", async () => {
    const Bucket = await bucket("versioning-status");
    const shown = async () =>
      (await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status;
    expect(await shown()).toBeUndefined();
    await setStatus(Bucket, "Suspended");
    expect(await shown()).toBe("Suspended");
    await setStatus(Bucket, "Enabled");
    expect(await shown()).toBe("Enabled");
  });

  test.each([
    [{ Status: "enabled" }, "MalformedXML"],
    [{ Status: "Disabled" }, "MalformedXML"],
    [{ MFADelete: "Disabled" }, "IllegalVersioningConfigurationException"],
    [{}, "IllegalVersioningConfigurationException"],
    [{ Status: "Enabled", MFADelete: "Enabled" }, "NotImplemented"],
  ])("%j is refused with %s", async (configuration, name) => {
    const Bucket = await bucket("refused");
    const VersioningConfiguration = configuration as s3.VersioningConfiguration;
    await expect(
      client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
    ).rejects.toMatchObject({ name });
    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).toBe(
      undefined,
    );
  });
});

interface ModelVersion {
  readonly id: string;
  /** Undefined: a delete marker. */
  readonly body: string | undefined;
}

/** A model of a bucket: the versions of each key, the newest first. */
class Model {
  status: s3.BucketVersioningStatus | undefined;
  readonly keys = new Map<string, ModelVersion[]>();

  versionsOf(key: string): ModelVersion[] {
    return this.keys.get(key) ?? [];
  }

  write(key: string, version: ModelVersion): void {
    const older = this.versionsOf(key).filter(({ id }) => id !== version.id);
    this.keys.set(key, [version, ...older]);
  }

  drop(key: string, id: string): void {
    this.keys.set(
      key,
      this.versionsOf(key).filter((each) => each.id !== id),
    );
  }

  get listing() {
    return [...this.keys]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, all]) =>
        all.map(({ id, body }, at) => ({
          key,
          id,
          isMarker: body === undefined,
          isLatest: at === 0,
        })),
      );
  }
}

const KEYS = ["a", "a/b"];
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("delete version" as const), key, at: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("copy" as const), key, at: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("status" as const),
      status: fc.constantFrom("Enabled" as const, "Suspended" as const),
    }),
  },
);

test("a bucket holds what the simplest model of versions holds", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 14 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, pageSize) => {
        const Bucket = await bucket("model");
        const model = new Model();
        for (const [at, each] of steps.entries()) await apply(each, `body ${at}`, Bucket, model);
        await compare(Bucket, model, pageSize);
      },
    ),
    { numRuns: 15 },
  );
});

async function apply(
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
  body: string,
  Bucket: string,
  model: Model,
): Promise<void> {
  if (each.kind === "status") {
    await setStatus(Bucket, each.status);
    model.status = each.status;
    return;
  }
  const { key } = each;
  if (each.kind === "put") {
    const { VersionId } = await put(Bucket, key, body);
    expect(VersionId === undefined).toBe(model.status !== "Enabled");
    model.write(key, { id: VersionId ?? "null", body });
  } else if (each.kind === "delete") {
    const { VersionId, DeleteMarker } = await remove(Bucket, key);
    expect([VersionId === undefined, DeleteMarker]).toEqual(
      model.status ? [false, true] : [true, undefined],
    );
    if (model.status === "Suspended") expect(VersionId).toBe("null");
    if (VersionId === undefined) model.drop(key, "null");
    else model.write(key, { id: VersionId, body: undefined });
  } else {
    const all = model.versionsOf(key);
    const named = all[each.at] ?? all.find(({ id }) => id === "null");
    const version = named ?? { id: "null", body: undefined };
    const isThere = named !== undefined;
    if (each.kind === "delete version") {
      const { VersionId, DeleteMarker } = await remove(Bucket, key, version.id);
      expect([VersionId, DeleteMarker]).toEqual([
        version.id,
        isThere && version.body === undefined ? true : undefined,
      ]);
      model.drop(key, version.id);
    } else if (version.body !== undefined) {
      const CopySource = `${Bucket}/${key}?versionId=${version.id}`;
      const { VersionId } = await client.send(
        new s3.CopyObjectCommand({ Bucket, Key: KEYS[0], CopySource }),
      );
      model.write(KEYS[0] ?? "", { id: VersionId ?? "null", body: version.body });
    }
  }
}

async function compare(Bucket: string, model: Model, pageSize: number): Promise<void> {
  // Pages list objects before markers: a page only shows the order within each kind.
  const inOrder = await versions(Bucket, 1);
  expect(inOrder).toEqual(model.listing);
  const paged = await versions(Bucket, pageSize);
  expect(new Set(paged.map(({ id, key }) => `${key} ${id}`)).size).toBe(paged.length);
  expect(paged.length).toBe(inOrder.length);
  const current = KEYS.filter((key) => model.versionsOf(key)[0]?.body !== undefined);
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key }) => Key)).toEqual(current);
  for (const key of KEYS) {
    const all = model.versionsOf(key);
    const [latest] = all;
    if (latest?.body !== undefined) expect(await text(Bucket, key)).toBe(latest.body);
    else await expect(text(Bucket, key)).rejects.toMatchObject({ name: "NoSuchKey" });
    for (const { id, body } of all) {
      if (body !== undefined) expect(await text(Bucket, key, id)).toBe(body);
      else await expect(text(Bucket, key, id)).rejects.toMatchObject({ name: "MethodNotAllowed" });
    }
  }
}

describe("reading versions", () => {
  test("a delete marker answers 404 as the latest and 405 by its id, and names itself", async () => {
    const Bucket = await bucket("markers", "Enabled");
    const { VersionId: id } = await put(Bucket, "k", "text");
    const { VersionId: marker } = await remove(Bucket, "k");
    const raw = async (versionId?: string) => {
      const request = {
        method: "GET",
        path: `/${Bucket}/k`,
        query: versionId === undefined ? {} : { versionId },
      };
      const signed = await sign(server.endpoint, request, { service: "s3" });
      const { status, headers } = await send(server.endpoint, { ...request, headers: signed });
      return [status, headers["x-amz-delete-marker"], headers["x-amz-version-id"], headers.allow];
    };
    expect(await raw()).toEqual([404, "true", marker, undefined]);
    expect(await raw(marker)).toEqual([405, "true", marker, "DELETE"]);
    expect(await raw(id)).toEqual([200, undefined, id, undefined]);
    await expect(head(Bucket, "k", marker)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 405 },
    });
  });

  test("an id that was never given is invalid, one whose version is gone is unknown", async () => {
    const Bucket = await bucket("unknown-versions", "Enabled");
    const { VersionId: id = "" } = await put(Bucket, "k", "text");
    await put(Bucket, "k", "more");
    await remove(Bucket, "k", id);
    await expect(text(Bucket, "k", id)).rejects.toMatchObject({
      name: "NoSuchVersion",
      message: "The specified version does not exist.",
      $metadata: { httpStatusCode: 404 },
    });
    for (const bad of ["HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "nonsense", `${id}x`]) {
      const expected = { name: "InvalidArgument", message: "Invalid version id specified" };
      await expect(text(Bucket, "k", bad)).rejects.toMatchObject(expected);
      await expect(remove(Bucket, "k", bad)).rejects.toMatchObject(expected);
    }
    const { Errors } = await client.send(
      new s3.DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: "k", VersionId: "nonsense" }] },
      }),
    );
    expect(Errors).toMatchObject([{ Key: "k", VersionId: "nonsense", Code: "NoSuchVersion" }]);
  });

  test("tags, attributes and ranges are those of the version", async () => {
    const Bucket = await bucket("tagged-versions", "Enabled");
    const { VersionId: old } = await put(Bucket, "k", "old text");
    const { VersionId: now } = await put(Bucket, "k", "new");
    const tag = (Value: string, VersionId?: string) =>
      client.send(
        new s3.PutObjectTaggingCommand({
          Bucket,
          Key: "k",
          VersionId,
          Tagging: { TagSet: [{ Key: "is", Value }] },
        }),
      );
    expect((await tag("old", old)).VersionId).toBe(old);
    expect((await tag("new")).VersionId).toBe(now);
    for (const [VersionId, Value] of [
      [old, "old"],
      [now, "new"],
    ]) {
      const tags = await client.send(
        new s3.GetObjectTaggingCommand({ Bucket, Key: "k", VersionId }),
      );
      expect(tags).toMatchObject({ VersionId, TagSet: [{ Key: "is", Value }] });
      expect((await head(Bucket, "k", VersionId)).VersionId).toBe(VersionId);
    }
    const attributes = await client.send(
      new s3.GetObjectAttributesCommand({
        Bucket,
        Key: "k",
        VersionId: old,
        ObjectAttributes: ["ObjectSize"],
      }),
    );
    expect(attributes).toMatchObject({ VersionId: old, ObjectSize: 8 });
    const ranged = { Bucket, Key: "k", VersionId: old, Range: "bytes=0-2" };
    const { Body } = await client.send(new s3.GetObjectCommand(ranged));
    expect(await Body?.transformToString()).toBe("old");
  });

  test("a bucket without versioning names no version, and knows `null`", async () => {
    const Bucket = await bucket("never-versioned");
    await put(Bucket, "k", "text");
    expect((await head(Bucket, "k", "null")).VersionId).toBeUndefined();
    await setStatus(Bucket, "Enabled");
    expect((await head(Bucket, "k")).VersionId).toBe("null");
  });

  test("an object that consists of parts keeps them as an older version", async () => {
    const Bucket = await bucket("versions-in-parts", "Enabled");
    const Key = "k";
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: "part" };
    const { ETag } = await client.send(new s3.UploadPartCommand(part));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = () =>
      client.send(
        new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
      );
    const { VersionId } = await complete();
    await put(Bucket, Key, "whole");
    expect(await text(Bucket, Key, VersionId)).toBe("part");
    expect((await complete()).VersionId).toBe(VersionId);
    await remove(Bucket, Key, VersionId);
    await expect(text(Bucket, Key, VersionId)).rejects.toMatchObject({ name: "NoSuchVersion" });
    expect(await text(Bucket, Key)).toBe("whole");
  });

  test("a copy names its source's version; a marker is no source", async () => {
    const Bucket = await bucket("version-copies", "Enabled");
    const { VersionId: id } = await put(Bucket, "k", "text");
    const { VersionId: marker } = await remove(Bucket, "k");
    const copy = (version: string | undefined, Key = "copy") =>
      client.send(
        new s3.CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/k?versionId=${version}` }),
      );
    expect((await copy(id)).CopySourceVersionId).toBe(id);
    await copy(id, "k");
    expect(await text(Bucket, "k")).toBe("text");
    await expect(copy(marker)).rejects.toMatchObject({
      name: "InvalidRequest",
      message:
        "The source of a copy request may not specifically refer to a delete marker by version id.",
    });
  });
});

describe("listing and deleting", () => {
  test("a clean-up that deletes page by page sees every version", async () => {
    const Bucket = await bucket("cleaned-up");
    await put(Bucket, "a", "before");
    await setStatus(Bucket, "Enabled");
    for (const key of ["a", "b"]) for (let i = 0; i < 5; i++) await put(Bucket, key, `${i}`);
    await remove(Bucket, "a");
    await setStatus(Bucket, "Suspended");
    await put(Bucket, "b", "null");
    await expect(client.send(new s3.DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: "BucketNotEmpty",
      message:
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    });
    let from: Partial<s3.ListObjectVersionsCommandInput> | undefined = {};
    while (from) {
      const page: s3.ListObjectVersionsCommandOutput = await client.send(
        new s3.ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...from }),
      );
      const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
      const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
        Key,
        VersionId,
      }));
      await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      from = page.IsTruncated
        ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
        : undefined;
    }
    expect(await versions(Bucket)).toEqual([]);
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
  });

  test("a marker behind the prefix leads to nothing outside it", async () => {
    const Bucket = await bucket("versioning-prefix", "Enabled");
    for (const body of ["one", "two"]) await put(Bucket, "home/bob/secret", body);
    const page = await client.send(
      new s3.ListObjectVersionsCommand({
        Bucket,
        Prefix: "home/alice/",
        KeyMarker: "home/bob/secret",
        VersionIdMarker: "null",
      }),
    );
    expect(page.Versions).toBeUndefined();
  });

  test("common prefixes stand for all versions of their keys", async () => {
    const Bucket = await bucket("grouped-versions", "Enabled");
    for (const key of ["d/1", "d/1", "d/2", "top", "top"]) await put(Bucket, key, key);
    await remove(Bucket, "d/2");
    const list = (input: Partial<s3.ListObjectVersionsCommandInput>) =>
      client.send(new s3.ListObjectVersionsCommand({ Bucket, Delimiter: "/", ...input }));
    const first = await list({ MaxKeys: 1 });
    expect(first.CommonPrefixes).toEqual([{ Prefix: "d/" }]);
    expect([first.NextKeyMarker, first.NextVersionIdMarker]).toEqual(["d/", undefined]);
    const rest = await list({ KeyMarker: first.NextKeyMarker });
    expect(rest.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
      ["top", true],
      ["top", false],
    ]);
  });

  test("DeleteObjects lists what it made and what it deleted", async () => {
    const Bucket = await bucket("told-deletions", "Enabled");
    const { VersionId } = await put(Bucket, "k", "text");
    const deleted = async (Objects: s3.ObjectIdentifier[]) =>
      (await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).Deleted;
    const [made] = (await deleted([{ Key: "k" }])) ?? [];
    expect(made).toEqual({
      Key: "k",
      DeleteMarker: true,
      DeleteMarkerVersionId: expect.any(String),
    });
    const marker = made?.DeleteMarkerVersionId;
    expect(
      await deleted([
        { Key: "k", VersionId: marker },
        { Key: "k", VersionId },
      ]),
    ).toEqual([
      { Key: "k", VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
      { Key: "k", VersionId },
    ]);
  });
});

describe.each([undefined, "Enabled"] as const)("in a bucket with versioning %s", (status) => {
  test("a deletion with an ETag deletes that object only", async () => {
    const Bucket = await bucket("conditional-deletions", status);
    const { ETag } = await put(Bucket, "k", "text");
    const one = (IfMatch: string | undefined, Key = "k") =>
      client.send(new s3.DeleteObjectCommand({ Bucket, Key, IfMatch }));
    const other = '"00000000000000000000000000000000"';
    await expect(one(other)).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(one("*", "absent")).rejects.toMatchObject({ name: "NoSuchKey" });
    const Objects = [
      { Key: "k", ETag: other },
      { Key: "never", ETag },
    ];
    const several = new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } });
    const { Deleted, Errors } = await client.send(several);
    expect([Deleted, Errors?.map(({ Key, Code }) => [Key, Code])]).toEqual([
      undefined,
      [
        ["k", "PreconditionFailed"],
        ["never", "NoSuchKey"],
      ],
    ]);
    expect(await text(Bucket, "k")).toBe("text");
    await one(ETag);
    await expect(text(Bucket, "k")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(one("*")).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});

test("versions have actions and a condition key of their own", async () => {
  const Bucket = await bucket("version-actions", "Enabled");
  const { VersionId: id } = await put(Bucket, "k", "text");
  await put(Bucket, "k", "more");
  const UserName = `version-reader-${buckets}`;
  const { iam: root } = server.clients();
  await root.send(new iam.CreateUserCommand({ UserName }));
  const allow = (Action: string, Condition?: unknown) => {
    const statement = { Effect: "Allow", Action, Resource: "*", Condition };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return root.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }));
  };
  const { AccessKey } = await root.send(new iam.CreateAccessKeyCommand({ UserName }));
  const user = server.clients({
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  }).s3;
  const get = (VersionId?: string) =>
    user.send(new s3.GetObjectCommand({ Bucket, Key: "k", VersionId }));
  await allow("s3:GetObject");
  await get();
  await expect(get(id)).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining("not authorized to perform: s3:GetObjectVersion on resource"),
  });
  await allow("s3:GetObjectVersion", { StringEquals: { "s3:VersionId": id } });
  await get(id);
  await expect(get()).rejects.toMatchObject({ name: "AccessDenied" });
  const removal = { Bucket, Key: "k", VersionId: id };
  await expect(user.send(new s3.DeleteObjectCommand(removal))).rejects.toMatchObject({
    message: expect.stringContaining("s3:DeleteObjectVersion"),
  });
});
