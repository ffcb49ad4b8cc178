import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { kmsOf } from "./support.ts";

let dir = "";
let server: TestServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-kms-"));
  server = await startTestServer({ data: dir });
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

const Bucket = "kept-by-kms";
const BODY = "a body that is looked for in the files of the data folder";

test("what was encrypted is read after a restart, and lies nowhere in plain", async () => {
  const before = { keys: kmsOf(server), s3: server.clients().s3 };
  const { KeyMetadata } = await before.keys.send(new kms.CreateKeyCommand({}));
  const KeyId = KeyMetadata?.KeyId;
  const Plaintext = Buffer.from("before the restart");
  const { CiphertextBlob } = await before.keys.send(new kms.EncryptCommand({ KeyId, Plaintext }));
  await before.keys.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
  await before.s3.send(new s3.CreateBucketCommand({ Bucket }));
  const put = { Bucket, Key: "k", Body: BODY, ServerSideEncryption: "aws:kms" as const };
  await before.s3.send(new s3.PutObjectCommand(put));
  await server.close();
  server = await startTestServer({ data: dir });
  const keys = kmsOf(server);
  const opened = await keys.send(new kms.DecryptCommand({ CiphertextBlob }));
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  const { Body } = await server.clients().s3.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
  expect(await Body?.transformToString()).toBe(BODY);
  const files = filesBelow(dir).map((path) => readFileSync(path));
  expect(files.length).toBeGreaterThan(2);
  expect(files.some((bytes) => bytes.includes(BODY))).toBe(false);
});

test("CloudTrail has S3's calls for its caller, and no plaintext", async () => {
  const { cloudtrail } = server.clients();
  const found = await until(async () => {
    const { Events = [] } = await cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventSource", AttributeValue: "kms.amazonaws.com" }],
      }),
    );
    const records = Events.map(({ CloudTrailEvent = "{}" }) => JSON.parse(CloudTrailEvent));
    const names = records.map(({ eventName }) => eventName);
    return names.includes("Decrypt") && names.includes("GenerateDataKey") && records;
  }, "records of KMS's calls");
  const made = found.find(({ eventName }) => eventName === "GenerateDataKey");
  expect(made).toMatchObject({
    userIdentity: { type: "Root", invokedBy: "s3.amazonaws.com" },
    sourceIPAddress: "s3.amazonaws.com",
    readOnly: true,
    requestParameters: {
      keySpec: "AES_256",
      encryptionContext: { "aws:s3:arn": `arn:aws:s3:::${Bucket}/k` },
    },
    responseElements: null,
    resources: [{ type: "AWS::KMS::Key", accountId: "000000000000" }],
  });
  const encrypted = found.find(({ eventName }) => eventName === "Encrypt");
  expect(encrypted.userIdentity.invokedBy).toBeUndefined();
  expect(Object.keys(encrypted.requestParameters)).toEqual(["keyId"]);
  expect(JSON.stringify(found)).not.toContain(Buffer.from("before the").toString("base64"));
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
