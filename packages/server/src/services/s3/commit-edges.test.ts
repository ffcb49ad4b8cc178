import * as s3 from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createServer } from "../../main.ts";
import type { RunningServer } from "../../running-server.ts";
import { BlobFiles } from "./blobs/blob-files.ts";
import { ObjectCommits } from "./object-commits.ts";

/* What may happen right before a commit, and right behind it. */

const Bucket = "commit-edges";
const FAR = new Date("2199-01-31T00:00:00Z");
const SHORT = new Date("2199-01-01T00:00:00Z");
const PROTECTED = "Access Denied because object protected by object lock.";

let server: RunningServer;
let client: s3.S3Client;
beforeAll(async () => {
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  server = await createServer({ data: "memory", ...ports, transcodeCores: 0, logLevel: "silent" });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const { endpoint } = server;
  const place = { endpoint, region: "us-east-1", forcePathStyle: true };
  client = new s3.S3Client({ ...place, credentials, maxAttempts: 1 });
  await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
});
afterAll(() => server?.close());
afterEach(() => vi.restoreAllMocks());

describe("an answer that fails behind the commit doesn't take the bytes with it", () => {
  test("of an object that was put", async () => {
    failNextAnswer();
    const put = new s3.PutObjectCommand({ Bucket, Key: "put", Body: "put" });
    await expect(client.send(put)).rejects.toThrow("internal error");
    expect(await read("put")).toBe("put");
  });

  test("of a copy", async () => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: "copied" }));
    failNextAnswer();
    const CopySource = `${Bucket}/source`;
    const copy = new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource });
    await expect(client.send(copy)).rejects.toThrow("internal error");
    expect(await read("copy")).toBe("copied");
  });

  test("of a part that was copied", async () => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: "a part" }));
    const upload = { Bucket, Key: "upload" };
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(upload));
    failNextAnswer();
    const part = { ...upload, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` };
    await expect(client.send(new s3.UploadPartCopyCommand(part))).rejects.toThrow("internal error");
    const { Parts } = await client.send(new s3.ListPartsCommand({ ...upload, UploadId }));
    await client.send(
      new s3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }),
    );
    expect(await read("upload")).toBe("a part");
  });
});

describe("a lock that somebody sets right before the commit", () => {
  const legalHold = (version: Version) =>
    new s3.PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: "ON" } });
  const retention = (version: Version) =>
    new s3.PutObjectRetentionCommand({
      ...version,
      Retention: { Mode: "COMPLIANCE", RetainUntilDate: FAR },
    });

  test.each([
    ["a legal hold", legalHold],
    ["a retention", retention],
  ])("keeps the version from DeleteObject: %s", async (_, lock) => {
    const version = await putVersion();
    beforeNextCommit(() => client.send(lock(version)));
    await expect(client.send(new s3.DeleteObjectCommand(version))).rejects.toThrow(PROTECTED);
    expect(await read(version.Key)).toBe("locked");
  });

  test("keeps the version from DeleteObjects", async () => {
    const { Key, VersionId } = await putVersion();
    beforeNextCommit(() => client.send(legalHold({ Bucket, Key, VersionId })));
    const Delete = { Objects: [{ Key, VersionId }] };
    const { Errors } = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete }));
    expect(Errors).toMatchObject([{ Key, Code: "AccessDenied", Message: PROTECTED }]);
    expect(await read(Key)).toBe("locked");
  });

  test("isn't shortened by who asked to when there was none", async () => {
    const version = await putVersion();
    const shorter = new s3.PutObjectRetentionCommand({
      ...version,
      Retention: { Mode: "COMPLIANCE", RetainUntilDate: SHORT },
    });
    beforeNextCommit(() => client.send(retention(version)));
    await expect(client.send(shorter)).rejects.toThrow(PROTECTED);
    const { Retention } = await client.send(new s3.GetObjectRetentionCommand(version));
    expect(Retention?.RetainUntilDate).toEqual(FAR);
  });
});

describe("an object that stands in another's place right before the commit", () => {
  const plain = "commit-edges-plain";
  beforeAll(async () => {
    const ObjectOwnership = "ObjectWriter";
    await client.send(new s3.CreateBucketCommand({ Bucket: plain, ObjectOwnership }));
  });
  const Key = "k";
  const object = { Bucket: plain, Key };
  const put = (named: string, StorageClass: s3.StorageClass) =>
    client.send(
      new s3.PutObjectCommand({
        ...{ ...object, StorageClass, Body: named, Metadata: { named }, Tagging: `named=${named}` },
        GrantRead: `id=${(named === "new" ? "1" : "2").repeat(64)}`,
      }),
    );
  const restore = (Days: number) =>
    client.send(new s3.RestoreObjectCommand({ ...object, RestoreRequest: { Days } }));
  const Tagging = { TagSet: [{ Key: "named", Value: "changed" }] };
  const changes = {
    PutObjectAcl: () => client.send(new s3.PutObjectAclCommand({ ...object, ACL: "private" })),
    PutObjectTagging: () => client.send(new s3.PutObjectTaggingCommand({ ...object, Tagging })),
    RestoreObject: () => restore(1),
  };

  test.each(Object.entries(changes))("isn't what %s changes", async (_, change) => {
    await put("old", "GLACIER");
    beforeNextCommit(() => put("new", "STANDARD"));
    await change();
    const { Metadata, Restore } = await client.send(new s3.HeadObjectCommand(object));
    expect([Metadata, Restore]).toEqual([{ named: "new" }, undefined]);
    const { TagSet } = await client.send(new s3.GetObjectTaggingCommand(object));
    expect(TagSet).toEqual([{ Key: "named", Value: "new" }]);
    const { Grants } = await client.send(new s3.GetObjectAclCommand(object));
    expect(Grants).toMatchObject([{ Grantee: { ID: "1".repeat(64) }, Permission: "READ" }]);
  });

  test.each(Object.entries(changes))("is needed: %s of a deleted one fails", async (_, change) => {
    await put("old", "GLACIER");
    beforeNextCommit(() => client.send(new s3.DeleteObjectCommand(object)));
    await expect(change()).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("is the same one restored: restored again, it has begun already", async () => {
    await put("old", "GLACIER");
    beforeNextCommit(() => restore(9));
    expect((await restore(1)).$metadata.httpStatusCode).toBe(200);
  });
});

describe("an object that was replaced before its file was opened", () => {
  const shared = "commit-edges-shared";
  const Key = "k";
  const put = (Body: string, ACL: s3.ObjectCannedACL) =>
    client.send(new s3.PutObjectCommand({ Bucket: shared, Key, Body, ACL }));
  beforeAll(async () => {
    const ObjectOwnership = "ObjectWriter";
    await client.send(new s3.CreateBucketCommand({ Bucket: shared, ObjectOwnership }));
    await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket: shared }));
  });

  test.each([
    ["public-read", 200],
    ["private", 403],
  ] as const)("is decided on by its own ACL, %s: %i", async (acl, status) => {
    await put("old", "public-read");
    beforeNextOpening(() => put("new", acl));
    const response = await fetch(`${server.endpoint}/${shared}/${Key}`);
    expect([response.status, (await response.text()) === "new"]).toEqual([status, status === 200]);
  });

  test.each([
    ["public-read", "ok"],
    ["private", "AccessDenied"],
  ] as const)("is copied by its own ACL, %s: %s", async (acl, done) => {
    await client.send(new s3.PutBucketAclCommand({ Bucket: shared, ACL: "public-read-write" }));
    await put("old", "public-read");
    beforeNextOpening(() => put("new", acl));
    const url = `${server.endpoint}/${shared}/copy-${acl}`;
    const headers = {
      ...{ "x-amz-copy-source": `${shared}/${Key}` },
      // Digested anew, so that the bytes are read.
      "x-amz-checksum-algorithm": "SHA256",
    };
    const answer = await (await fetch(url, { method: "PUT", headers })).text();
    expect(/<Code>(.*)<.Code>/.exec(answer)?.[1] ?? "ok").toBe(done);
  });
});

interface Version {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId: string | undefined;
}

let versions = 0;
async function putVersion(): Promise<Version> {
  const Key = `locked-${++versions}`;
  const { VersionId } = await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "locked" }));
  return { Bucket, Key, VersionId };
}

async function read(Key: string): Promise<string | undefined> {
  const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

/**
 * Somebody else's request is done when the next one has read all that it reads before it commits.
 */
function beforeNextCommit(meanwhile: () => Promise<unknown>): void {
  const { commit } = ObjectCommits.prototype;
  const once = async function (this: ObjectCommits, ...given: Parameters<typeof commit>) {
    await meanwhile();
    return commit.apply(this, given);
  };
  vi.spyOn(ObjectCommits.prototype, "commit").mockImplementationOnce(once);
}

/** And so it is when the next one has read the object's row; the object's file is gone by then. */
function beforeNextOpening(meanwhile: () => Promise<unknown>): void {
  vi.spyOn(BlobFiles.prototype, "open").mockImplementationOnce(async () => {
    await meanwhile();
    throw Object.assign(new Error("gone"), { code: "ENOENT" });
  });
}

/** Leaves open what the next commit has written: code that looks at it breaks. */
function failNextAnswer(): void {
  const { commit } = ObjectCommits.prototype;
  const untold = new Proxy(
    {},
    {
      get(_, name) {
        // A promise resolves with it first.
        if (name === "then") return undefined;
        throw new Error(`${String(name)} can't be told`);
      },
    },
  );
  const once = async function (this: ObjectCommits, ...given: Parameters<typeof commit>) {
    await commit.apply(this, given);
    return untold;
  };
  vi.spyOn(ObjectCommits.prototype, "commit").mockImplementationOnce(once);
}
