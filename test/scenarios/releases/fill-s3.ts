import { PutPublicAccessBlockCommand } from "@aws-sdk/client-s3-control";
import { policyOf } from "../../support/principals.ts";
import { s3ControlClient } from "../../support/s3-control.ts";
import { ACCOUNT, type ReleaseClients } from "./release-clients.ts";

const DAY_MS = 24 * 3_600_000;
const PART = Buffer.alloc(5 * 2 ** 20, "part ");
const Bucket = "everything";
const LOCKED = "locked";

/** Puts something of every kind that S3 keeps. Returns the upload that is left in flight. */
export async function fillS3(clients: ReleaseClients, endpoint: string): Promise<string> {
  const { s3 } = clients;
  await s3.createBucket({ Bucket, ObjectOwnership: "BucketOwnerPreferred" });
  await configureBucket(clients);
  await s3.putObject({
    ...{ Bucket, Key: "plain.txt", Body: "before versions", ContentType: "text/plain" },
    ...{ Metadata: { by: "release" }, Tagging: "team=video", ChecksumAlgorithm: "SHA256" },
  });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  for (const Body of ["first", "second"]) await s3.putObject({ Bucket, Key: "versions", Body });
  await s3.putObject({ Bucket, Key: "deleted", Body: "gone" });
  await s3.deleteObject({ Bucket, Key: "deleted" });
  await s3.putObjectAcl({ Bucket, Key: "versions", ACL: "bucket-owner-full-control" });
  await s3.putObject({ Bucket, Key: "cold", Body: "archived", StorageClass: "GLACIER" });
  await completeUpload(clients);
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: "in-flight" });
  await s3.uploadPart({ Bucket, Key: "in-flight", UploadId, PartNumber: 1, Body: PART });

  await s3.createBucket({ Bucket: LOCKED, ObjectLockEnabledForBucket: true });
  await s3.putObjectLockConfiguration({
    Bucket: LOCKED,
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
    },
  });
  await s3.putObject({
    ...{ Bucket: LOCKED, Key: "kept", Body: "kept", ObjectLockLegalHoldStatus: "ON" },
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: new Date(Date.now() + DAY_MS),
  });
  await s3ControlClient(endpoint).send(
    new PutPublicAccessBlockCommand({
      AccountId: ACCOUNT,
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
    }),
  );
  return UploadId ?? "";
}

async function completeUpload({ s3 }: ReleaseClients): Promise<void> {
  const place = { Bucket, Key: "parts" };
  const { UploadId } = await s3.createMultipartUpload(place);
  const Parts = [];
  for (const [index, Body] of [PART, Buffer.from("the end")].entries()) {
    const PartNumber = index + 1;
    const { ETag } = await s3.uploadPart({ ...place, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await s3.completeMultipartUpload({ ...place, UploadId, MultipartUpload: { Parts } });
}

async function configureBucket({ s3 }: ReleaseClients): Promise<void> {
  const TagSet = [{ Key: "team", Value: "video" }];
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  await s3.putBucketPolicy({
    Bucket,
    Policy: policyOf([
      {
        ...{ Sid: "Own", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
        ...{ Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` },
      },
    ]),
  });
  await s3.putBucketCors({
    Bucket,
    CORSConfiguration: {
      CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["https://example.com"] }],
    },
  });
  await s3.putBucketEncryption({
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
  });
  await s3.putBucketLifecycleConfiguration({
    Bucket,
    LifecycleConfiguration: {
      Rules: [
        { ID: "old", Status: "Enabled", Filter: { Prefix: "old/" }, Expiration: { Days: 30 } },
      ],
    },
  });
  await s3.putBucketWebsite({
    Bucket,
    WebsiteConfiguration: { IndexDocument: { Suffix: "index.html" } },
  });
  await s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: { EventBridgeConfiguration: {} },
  });
  await s3.putBucketMetricsConfiguration({
    ...{ Bucket, Id: "all", MetricsConfiguration: { Id: "all", Filter: { Prefix: "a/" } } },
  });
  await s3.putPublicAccessBlock({
    Bucket,
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
  });
}
