import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const ALL = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery";

let server: TestServer;
let owner: s3.S3Client;
let other: s3.S3Client;
let anonymous: s3.S3Client;
/** Canonical user ids by what the tests call their accounts. */
const ids = { owner: "", other: "" };

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
  owner = server.clients().s3;
  other = server.clients({ accessKeyId: "other", secretAccessKey: "other-secret" }).s3;
  anonymous = new s3.S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    signer: { sign: async (request) => request },
  });
  const idOf = async (client: s3.S3Client) =>
    (await client.send(new s3.ListBucketsCommand({}))).Owner?.ID ?? "";
  ids.owner = await idOf(owner);
  ids.other = await idOf(other);
});
afterAll(async () => {
  anonymous?.destroy();
  await server?.close();
});

let buckets = 0;
/** A bucket with ACLs, which nothing blocks. */
async function newBucket(
  input: Partial<s3.CreateBucketCommandInput> = {},
  acl: Partial<s3.PutBucketAclCommandInput> = {},
): Promise<string> {
  const Bucket = `acls-${++buckets}`;
  await owner.send(
    new s3.CreateBucketCommand({ Bucket, ObjectOwnership: "ObjectWriter", ...input }),
  );
  await owner.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  if (Object.keys(acl).length > 0) await owner.send(new s3.PutBucketAclCommand({ Bucket, ...acl }));
  return Bucket;
}

/** `ok`, or the error's name. */
const outcome = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => "ok",
    ({ name }: Error) => name,
  );

const put = (from: s3.S3Client, Bucket: string, Key: string, ACL?: string) =>
  from.send(new s3.PutObjectCommand({ Bucket, Key, Body: "text", ACL: ACL as s3.ObjectCannedACL }));
const get = (from: s3.S3Client, Bucket: string, Key: string, VersionId?: string) =>
  from.send(new s3.GetObjectCommand({ Bucket, Key, VersionId }));
const list = (from: s3.S3Client, Bucket: string) =>
  from.send(new s3.ListObjectsV2Command({ Bucket, FetchOwner: true }));

/** `owner FULL_CONTROL, AllUsers READ`. */
function shown({ Grants = [] }: { readonly Grants?: s3.Grant[] | undefined }): string {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return Grants.map(({ Grantee, Permission }) => {
    const name = Grantee?.URI?.split("/").at(-1) ?? names.get(Grantee?.ID ?? "");
    return `${name} ${Permission}`;
  }).join(", ");
}
const bucketAcl = async (Bucket: string, from = owner) =>
  shown(await from.send(new s3.GetBucketAclCommand({ Bucket })));
const objectAcl = async (Bucket: string, Key: string, from = owner, VersionId?: string) =>
  shown(await from.send(new s3.GetObjectAclCommand({ Bucket, Key, VersionId })));

describe("a canned ACL", () => {
  test.each([
    ["private", "owner FULL_CONTROL"],
    ["public-read", "owner FULL_CONTROL, AllUsers READ"],
    ["public-read-write", "owner FULL_CONTROL, AllUsers READ, AllUsers WRITE"],
    ["authenticated-read", "owner FULL_CONTROL, AuthenticatedUsers READ"],
    ["log-delivery-write", "owner FULL_CONTROL, LogDelivery WRITE, LogDelivery READ_ACP"],
  ])("%s of a bucket and of an object is shown as its grants", async (ACL, grants) => {
    const Bucket = await newBucket({}, { ACL: ACL as s3.BucketCannedACL });
    expect(await bucketAcl(Bucket)).toBe(grants);
    await put(owner, Bucket, "k", ACL);
    expect(await objectAcl(Bucket, "k")).toBe(grants);
    await owner.send(new s3.PutObjectAclCommand({ Bucket, Key: "k", ACL: "private" }));
    expect(await objectAcl(Bucket, "k")).toBe("owner FULL_CONTROL");
  });

  const NO = "AccessDenied";
  test.each([
    // The bucket's and the object's; then reading it, another one, a missing one, listing, writing.
    ["private", "private", [NO, NO, NO, NO, NO]],
    ["private", "public-read", ["ok", NO, NO, NO, NO]],
    ["public-read", "private", [NO, NO, "NoSuchKey", "ok", NO]],
    ["public-read", "public-read-write", ["ok", NO, "NoSuchKey", "ok", NO]],
    ["public-read-write", "private", [NO, NO, "NoSuchKey", "ok", "ok"]],
  ] as const)("%s of a bucket, %s of an object: what everybody may", async (ofBucket, ACL, may) => {
    const Bucket = await newBucket({}, { ACL: ofBucket });
    await put(owner, Bucket, "k", ACL);
    await put(owner, Bucket, "another");
    for (const [name, from] of Object.entries({ other, anonymous })) {
      const done = await Promise.all([
        outcome(get(from, Bucket, "k")),
        outcome(get(from, Bucket, "another")),
        outcome(get(from, Bucket, "missing")),
        outcome(list(from, Bucket)),
        outcome(put(from, Bucket, name)),
      ]);
      expect([name, ...done]).toEqual([name, ...may]);
    }
  });

  test("lets everybody list, and shows the owner to whoever signs", async () => {
    const Bucket = await newBucket({}, { ACL: "public-read" });
    await put(owner, Bucket, "k");
    const owners = (from: s3.S3Client) =>
      Promise.all([
        from.send(new s3.ListObjectsCommand({ Bucket })),
        from.send(new s3.ListObjectsV2Command({ Bucket, FetchOwner: true })),
      ]).then((lists) => lists.map(({ Contents = [] }) => Contents.map(({ Owner }) => Owner)));
    const shown = [{ ID: expect.any(String) }];
    expect(await owners(other)).toEqual([shown, shown]);
    expect(await owners(anonymous)).toEqual([[undefined], [undefined]]);
  });

  test("is an object's whatever its key looks like", async () => {
    const Bucket = await newBucket();
    for (const key of ["a${x}b", "a${aws:username}b", "a*b", "a?b"]) {
      await put(owner, Bucket, key, "public-read");
      expect(await outcome(get(anonymous, Bucket, key))).toBe("ok");
    }
  });

  test("authenticated-read is for whoever signs, and IgnorePublicAcls for nobody", async () => {
    const Bucket = await newBucket();
    await put(owner, Bucket, "k", "authenticated-read");
    expect(await outcome(get(other, Bucket, "k"))).toBe("ok");
    expect(await outcome(get(anonymous, Bucket, "k"))).toBe(NO);
    const PublicAccessBlockConfiguration = { IgnorePublicAcls: true };
    await owner.send(
      new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
    );
    expect(await outcome(get(other, Bucket, "k"))).toBe(NO);
  });
});

test.each([
  ["GrantFullControl", ["ok", "ok", "ok", "ok"]],
  ["GrantRead", ["ok", "AccessDenied", "AccessDenied", "AccessDenied"]],
  ["GrantWrite", ["AccessDenied", "ok", "AccessDenied", "AccessDenied"]],
  ["GrantReadACP", ["AccessDenied", "AccessDenied", "ok", "AccessDenied"]],
  ["GrantWriteACP", ["AccessDenied", "AccessDenied", "AccessDenied", "ok"]],
])(
  "%s on a bucket lets another account list, write, read the ACL, change it: %j",
  async (grant, may) => {
    const Bucket = await newBucket({}, { [grant]: `id="${ids.other}"` });
    const done = [
      await outcome(list(other, Bucket)),
      await outcome(put(other, Bucket, "k")),
      await outcome(bucketAcl(Bucket, other)),
      await outcome(other.send(new s3.PutBucketAclCommand({ Bucket, ACL: "private" }))),
    ];
    expect(done).toEqual(may);
  },
);

describe("what another account writes", () => {
  const GIVEN = "bucket-owner-full-control";
  test.each([
    ["ObjectWriter", undefined, "other FULL_CONTROL", "AccessDenied"],
    ["ObjectWriter", "bucket-owner-read", "other FULL_CONTROL, owner READ", "ok"],
    ["ObjectWriter", GIVEN, "other FULL_CONTROL, owner FULL_CONTROL", "ok"],
    ["BucketOwnerPreferred", undefined, "other FULL_CONTROL", "AccessDenied"],
    ["BucketOwnerPreferred", GIVEN, "owner FULL_CONTROL", "ok"],
  ] as const)("with %s and the ACL %s has %s", async (ObjectOwnership, ACL, grants, ownerReads) => {
    const granted = { GrantWrite: `id=${ids.other}`, GrantFullControl: `id=${ids.owner}` };
    const Bucket = await newBucket({ ObjectOwnership }, granted);
    await put(other, Bucket, "k", ACL);
    const isOwners = grants.startsWith("owner");
    expect(await objectAcl(Bucket, "k", isOwners ? owner : other)).toBe(grants);
    expect(await outcome(get(owner, Bucket, "k"))).toBe(ownerReads);
    expect(await outcome(get(other, Bucket, "k"))).toBe(isOwners ? "AccessDenied" : "ok");
    const [listed] = (await list(owner, Bucket)).Contents ?? [];
    expect(listed?.Owner?.ID).toBe(isOwners ? ids.owner : ids.other);
    // The bucket's owner can delete objects of any owner, and take them over.
    await owner.send(new s3.PutBucketAclCommand({ Bucket, ACL: "private" }));
    const Rules = [{ ObjectOwnership: "BucketOwnerEnforced" as const }];
    await owner.send(
      new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }),
    );
    expect(await objectAcl(Bucket, "k")).toBe("owner FULL_CONTROL");
    await get(owner, Bucket, "k");
    await owner.send(new s3.DeleteObjectCommand({ Bucket, Key: "k" }));
  });

  test("the bucket's policy can refuse to anybody, and allow to nobody", async () => {
    const Bucket = await newBucket({}, { ACL: "public-read-write" });
    await put(other, Bucket, "refused", "public-read");
    await put(other, Bucket, "theirs");
    await put(owner, Bucket, "ours");
    const statement = (Effect: string, keys: string) => ({
      ...{ Effect, Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${Bucket}/${keys}`,
    });
    const Statement = [statement("Allow", "*"), statement("Deny", "refused")];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await owner.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const read = (key: string) => outcome(get(anonymous, Bucket, key));
    expect(await Promise.all(["refused", "theirs", "ours"].map(read))).toEqual([
      ...["AccessDenied", "AccessDenied", "ok"],
    ]);
  });
});

test("each version has its own ACL, an upload's object the upload's, and a copy none", async () => {
  const Bucket = await newBucket();
  const VersioningConfiguration = { Status: "Enabled" as const };
  await owner.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const { VersionId } = await put(owner, Bucket, "k");
  await put(owner, Bucket, "k");
  const ACL = "public-read";
  await owner.send(new s3.PutObjectAclCommand({ Bucket, Key: "k", VersionId, ACL }));
  expect(await outcome(get(anonymous, Bucket, "k", VersionId))).toBe("ok");
  expect(await outcome(get(anonymous, Bucket, "k"))).toBe("AccessDenied");
  expect(await objectAcl(Bucket, "k")).toBe("owner FULL_CONTROL");

  const upload = { Bucket, Key: "parts" };
  const { UploadId } = await owner.send(new s3.CreateMultipartUploadCommand({ ...upload, ACL }));
  const part = { ...upload, UploadId, PartNumber: 1, Body: "x" };
  const { ETag } = await owner.send(new s3.UploadPartCommand(part));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  await owner.send(new s3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
  expect(await objectAcl(Bucket, "parts")).toBe("owner FULL_CONTROL, AllUsers READ");
  const CopySource = `${Bucket}/parts`;
  await owner.send(new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
  expect(await objectAcl(Bucket, "copy")).toBe("owner FULL_CONTROL");
});

test("another account's upload is its own while it is under way, too", async () => {
  const Bucket = await newBucket({}, { ACL: "public-read-write" });
  await other.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "k" }));
  const { Uploads = [] } = await owner.send(new s3.ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads.map(({ Owner, Initiator }) => [Owner?.ID, Initiator?.ID])).toEqual([
    [ids.other, ids.other],
  ]);
});

test("whoever may write deletes their own objects and no others", async () => {
  const Bucket = await newBucket({}, { GrantWrite: `id=${ids.other}` });
  await put(other, Bucket, "others");
  await put(owner, Bucket, "owners");
  const remove = (Key: string) => outcome(other.send(new s3.DeleteObjectCommand({ Bucket, Key })));
  expect(await remove("owners")).toBe("AccessDenied");
  expect(await remove("missing")).toBe("AccessDenied");
  expect(await remove("others")).toBe("ok");
});

test("an anonymous form writes what everybody may write, and it is the bucket owner's", async () => {
  const Bucket = await newBucket({}, { ACL: "public-read-write" });
  const form = new FormData();
  form.set("key", "k");
  form.set("acl", "public-read");
  form.set("file", new Blob(["text"]));
  const { status } = await fetch(`${server.endpoint}/${Bucket}`, { method: "POST", body: form });
  expect(status).toBe(204);
  expect(await objectAcl(Bucket, "k")).toBe("owner FULL_CONTROL, AllUsers READ");
});

test("creating one's bucket again in us-east-1 resets its ACL", async () => {
  const Bucket = await newBucket({}, { GrantRead: `uri="${ALL}", uri="${AUTHENTICATED}"` });
  expect(await bucketAcl(Bucket)).toBe("AllUsers READ, AuthenticatedUsers READ");
  await owner.send(new s3.CreateBucketCommand({ Bucket }));
  expect(await bucketAcl(Bucket)).toBe("owner FULL_CONTROL");
});

describe("an ACL's document", () => {
  const grant = (Grantee: s3.Grantee) => [{ Grantee, Permission: "READ" as const }];
  const byEmail = { Type: "AmazonCustomerByEmail", EmailAddress: "a@example.com" } as const;
  test.each([
    ["grants what it says", "owner", grant({ Type: "Group", URI: LOGS }), "ok"],
    ["may grant nothing", "owner", [], "ok"],
    ["doesn't change the owner", "other", [], "AccessDenied"],
    ["names nobody by e-mail address", "owner", grant(byEmail), "MethodNotAllowed"],
  ] as const)("%s", async (_name, of, Grants, done) => {
    const Bucket = await newBucket();
    const AccessControlPolicy = { Owner: { ID: ids[of] }, Grants: [...Grants] };
    const put = new s3.PutBucketAclCommand({ Bucket, AccessControlPolicy });
    expect(await outcome(owner.send(put))).toBe(done);
    if (done === "ok") expect(await bucketAcl(Bucket)).toBe(shown({ Grants: [...Grants] }));
  });
});

test("ACLs can't be disabled while the bucket's grants something", async () => {
  const Bucket = await newBucket({}, { ACL: "public-read" });
  const Rules = [{ ObjectOwnership: "BucketOwnerEnforced" as const }];
  const enforce = new s3.PutBucketOwnershipControlsCommand({
    Bucket,
    OwnershipControls: { Rules },
  });
  expect(await outcome(owner.send(enforce))).toBe("InvalidBucketAclWithObjectOwnership");
});
