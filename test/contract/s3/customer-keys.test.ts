import { createHash, randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "customer-keys";
const PART_BYTES = 5 * 1024 * 1024;
const WITH_KEYS =
  "Requests specifying Server Side Encryption with Customer provided keys must provide";
const NEEDED =
  "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";
const NOT_NEEDED = "The encryption parameters are not applicable to this object.";

let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await take(["NONE"]);
});
afterAll(() => server?.close());

/** Says whether the bucket's objects may be encrypted with customers' keys, and nothing else. */
function take(EncryptionType: s3.EncryptionType[], Bucket = BUCKET) {
  const ServerSideEncryptionConfiguration = {
    Rules: [{ BlockedEncryptionTypes: { EncryptionType } }],
  };
  return client.send(
    new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  );
}

function keyed(key: Buffer) {
  return {
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
  };
}
const ONE = keyed(randomBytes(32));
const OTHER = keyed(randomBytes(32));
type Keyed = Partial<typeof ONE>;

function asSource(key: Keyed) {
  return {
    CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
    CopySourceSSECustomerKey: key.SSECustomerKey,
    CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
  };
}

const put = (Key: string, Body: string | Buffer, more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
async function get(Key: string, key: Keyed = {}, more: Partial<s3.GetObjectCommandInput> = {}) {
  const command = new s3.GetObjectCommand({ Bucket: BUCKET, Key, ...key, ...more });
  const output = await client.send(command);
  return { ...output, bytes: Buffer.from((await output.Body?.transformToByteArray()) ?? []) };
}
/** `AccessDenied: the message`. */
const refusal = (sent: Promise<unknown>) =>
  sent.then(
    () => "ok",
    ({ name, message }: Error) => `${name}: ${message}`,
  );

test("an object is read with its key, whole and in ranges, and has no MD5 as its ETag", async () => {
  const bytes = randomBytes(600_000);
  const { SSECustomerAlgorithm, SSECustomerKeyMD5 } = ONE;
  const answered = { SSECustomerAlgorithm, SSECustomerKeyMD5, ServerSideEncryption: undefined };
  const { ETag, ...written } = await put("whole", bytes, ONE);
  expect({ ServerSideEncryption: undefined, ...written }).toMatchObject(answered);
  expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(ETag).not.toBe(`"${createHash("md5").update(bytes).digest("hex")}"`);
  const { ServerSideEncryption, ...read } = await get("whole", ONE);
  expect({ ServerSideEncryption, ...read }).toMatchObject({ ...answered, ETag });
  expect(read.bytes.equals(bytes)).toBe(true);
  for (const [start, end] of [
    [0, 0],
    [17, 40],
    [262_143, 524_290],
    [599_999, 599_999],
  ] as const) {
    const part = await get("whole", ONE, { Range: `bytes=${start}-${end}` });
    expect(part.bytes.equals(bytes.subarray(start, end + 1))).toBe(true);
  }
  await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: "whole" }));
});

/** Headers that SDKs would mend. */
function headersOf({ SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 }: Keyed) {
  const members = {
    algorithm: SSECustomerAlgorithm,
    key: SSECustomerKey,
    "key-md5": SSECustomerKeyMD5,
  };
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[`x-amz-server-side-encryption-customer-${name}`, value]],
    ),
  );
}

describe("refuses", () => {
  const { SSECustomerAlgorithm: _algorithm, ...withoutAlgorithm } = ONE;
  const { SSECustomerKeyMD5: _md5, ...withoutMd5 } = ONE;
  test.each<[string, Keyed, Record<string, string>, string]>([
    ["a key alone", withoutAlgorithm, {}, `${WITH_KEYS} a valid encryption algorithm.`],
    [
      "an algorithm alone",
      { SSECustomerAlgorithm: "AES256" },
      {},
      `${WITH_KEYS} an appropriate secret key.`,
    ],
    [
      "another algorithm",
      { ...ONE, SSECustomerAlgorithm: "AES128" },
      {},
      "The Encryption request you specified is not valid. Supported value: AES256.",
    ],
    [
      "another key's MD5",
      { ...ONE, SSECustomerKeyMD5: OTHER.SSECustomerKeyMD5 },
      {},
      "The calculated MD5 hash of the key did not match the hash that was provided.",
    ],
    ["no MD5", withoutMd5, {}, `${WITH_KEYS} the client calculated MD5 of the secret key.`],
    [
      "a short key",
      keyed(randomBytes(10)),
      {},
      "The secret key was invalid for the specified algorithm.",
    ],
    [
      "S3's key too",
      ONE,
      { "x-amz-server-side-encryption": "AES256" },
      "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
    ],
  ])("to write with %s", async (name, key, more, message) => {
    const headers = { ...headersOf(key), ...more };
    const put = { method: "PUT", path: `/${BUCKET}/refused`, headers, body: "x" };
    const { status, body } = await sendSigned(server.endpoint, put, { service: "s3" });
    const code =
      name === "another algorithm" ? "InvalidEncryptionAlgorithmError" : "InvalidArgument";
    expect([status, body]).toEqual([
      400,
      expect.stringContaining(`<Code>${code}</Code><Message>${message}</Message>`),
    ]);
  });

  test("to read with another key, without one, or with one that isn't needed", async () => {
    await put("sealed", "text", ONE);
    await put("plain", "text");
    const CopySource = `${BUCKET}/sealed`;
    const copy = (key: Keyed) =>
      client.send(
        new s3.CopyObjectCommand({ Bucket: BUCKET, Key: "copy", CopySource, ...asSource(key) }),
      );
    const ObjectAttributes: s3.ObjectAttributes[] = ["ETag"];
    const attributes = (Key: string, key: Keyed) =>
      client.send(
        new s3.GetObjectAttributesCommand({ Bucket: BUCKET, Key, ObjectAttributes, ...key }),
      );
    const wrong = `AccessDenied: ${WITH_KEYS} the correct secret key.`;
    const missing = `InvalidRequest: ${NEEDED}`;
    expect([
      await refusal(get("sealed", OTHER)),
      await refusal(copy(OTHER)),
      await refusal(get("sealed")),
      await refusal(copy({})),
      await refusal(attributes("sealed", {})),
      await refusal(get("plain", ONE)),
    ]).toEqual([wrong, wrong, missing, missing, missing, `InvalidRequest: ${NOT_NEEDED}`]);
    expect(await attributes("sealed", ONE)).toHaveProperty("ETag");
    const head = client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "sealed" }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});

test("an upload's parts all come with its key, and are one object", async () => {
  const upload = { Bucket: BUCKET, Key: "parts" };
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({ ...upload, ...ONE, Metadata: { kept: "yes" } }),
  );
  const bytes = randomBytes(PART_BYTES + 100);
  const part = (PartNumber: number, key: Keyed) => {
    const Body = PartNumber === 1 ? bytes.subarray(0, PART_BYTES + 1) : bytes.subarray(-99);
    const input = { ...upload, UploadId, PartNumber, Body, ...key };
    return client.send(new s3.UploadPartCommand(input));
  };
  expect(await refusal(part(2, {}))).toBe(
    "InvalidRequest: The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
  );
  expect(await refusal(part(2, OTHER))).toBe(
    "InvalidRequest: The provided encryption parameters did not match the ones used originally.",
  );
  const Parts: s3.CompletedPart[] = [];
  for (const PartNumber of [1, 2])
    Parts.push({ PartNumber, ETag: (await part(PartNumber, ONE)).ETag });
  const list = (key: Keyed) =>
    client.send(new s3.ListPartsCommand({ ...upload, UploadId, ...key }));
  const complete = (key: Keyed) => {
    const input = { ...upload, UploadId, MultipartUpload: { Parts }, ...key };
    return client.send(new s3.CompleteMultipartUploadCommand(input));
  };
  // Neither must come with the key, but one that comes must be it.
  for (const send of [list, complete]) {
    expect(await refusal(send(OTHER))).toBe(
      "InvalidRequest: The provided encryption parameters did not match the ones used originally.",
    );
    const malformed = { ...ONE, SSECustomerAlgorithm: "AES128" };
    expect(await refusal(send(malformed))).toMatch(/^InvalidEncryptionAlgorithmError: /);
  }
  for (const key of [ONE, {}]) expect((await list(key)).Parts).toHaveLength(2);
  const { ETag } = await complete({});
  expect((await complete(ONE)).ETag).toBe(ETag);
  expect(await refusal(complete(OTHER))).toMatch(/^InvalidRequest: /);
  expect((await get("parts", ONE)).bytes.equals(bytes)).toBe(true);
  const Range = `bytes=${PART_BYTES - 20}-${PART_BYTES + 20}`;
  const seam = (await get("parts", ONE, { Range })).bytes;
  expect(seam.equals(bytes.subarray(PART_BYTES - 20, PART_BYTES + 21))).toBe(true);

  const CopySource = `${BUCKET}/parts`;
  for (const [Key, key] of Object.entries({ "to-other": OTHER, "to-none": {} })) {
    const source = { CopySource, ...asSource(ONE) };
    await client.send(new s3.CopyObjectCommand({ Bucket: BUCKET, Key, ...source, ...key }));
    const copy = await get(Key, key);
    expect([copy.bytes.equals(bytes), copy.Metadata]).toEqual([true, { kept: "yes" }]);
  }
});

test("a policy that requires customers' keys wants one with every request", async () => {
  const Bucket = "customer-keys-required";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await take(["NONE"], Bucket);
  const required = {
    ...{ Effect: "Deny", Principal: "*", Action: "s3:PutObject" },
    Resource: `arn:aws:s3:::${Bucket}/*`,
    Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "true" } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: required });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
  await put("source", "x", { Bucket, ...ONE });
  const upload = { Bucket, Key: "uploaded" };
  const begin = (key: Keyed) =>
    client.send(new s3.CreateMultipartUploadCommand({ ...upload, ...key }));
  const { UploadId } = await begin(ONE);
  const part = { ...upload, UploadId, PartNumber: 1 };
  const Parts: s3.CompletedPart[] = [{ PartNumber: 1, ETag: '"0"' }];
  const source = { CopySource: `${Bucket}/source`, ...asSource(ONE) };
  const requests = [
    begin,
    (key: Keyed) => client.send(new s3.UploadPartCopyCommand({ ...part, ...source, ...key })),
    async (key: Keyed) => {
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body: "x", ...key }));
      Parts[0] = { PartNumber: 1, ETag };
    },
    (key: Keyed) => {
      const input = { ...upload, UploadId, MultipartUpload: { Parts }, ...key };
      return client.send(new s3.CompleteMultipartUploadCommand(input));
    },
  ];
  for (const request of requests) {
    expect(await refusal(request({}))).toMatch(/^AccessDenied: /);
    expect(await refusal(request(ONE))).toBe("ok");
  }
});

test("a copy into a part is read with the source's key and written with the upload's", async () => {
  await put("source", "0123456789", ONE);
  const upload = { Bucket: BUCKET, Key: "from-copies" };
  const created = new s3.CreateMultipartUploadCommand({ ...upload, ...OTHER });
  const { UploadId } = await client.send(created);
  const { CopyPartResult } = await client.send(
    new s3.UploadPartCopyCommand({
      ...{ ...upload, UploadId, PartNumber: 1, CopySource: `${BUCKET}/source` },
      ...{ CopySourceRange: "bytes=3-6", ...asSource(ONE), ...OTHER },
    }),
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] };
  await client.send(
    new s3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }),
  );
  expect((await get("from-copies", OTHER)).bytes.toString()).toBe("3456");
});

test("a new bucket takes no customers' keys until it is told to, and then keeps its default", async () => {
  const Bucket = "customer-keys-blocked";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const shown = async () =>
    (await client.send(new s3.GetBucketEncryptionCommand({ Bucket })))
      .ServerSideEncryptionConfiguration?.Rules;
  const byDefault = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
    BucketKeyEnabled: false,
  };
  const blocked = { BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] } };
  expect(await shown()).toEqual([{ ...byDefault, ...blocked }]);
  const write = new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x", ...ONE });
  expect(await refusal(client.send(write))).toBe(
    `AccessDenied: User: arn:aws:iam::000000000000:root is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${Bucket}/k" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`,
  );
  await take(["NONE"], Bucket);
  expect(await shown()).toEqual([
    { ...byDefault, BlockedEncryptionTypes: { EncryptionType: ["NONE"] } },
  ]);
  await client.send(write);
  expect(await refusal(take(["SSE-X" as s3.EncryptionType], Bucket))).toMatch(/^MalformedXML/);
});
