import type { AuditFacts } from "../../kernel/audit-facts.ts";

/**
 * Source: S3 user guide, "Amazon S3 CloudTrail events": what is tracked by data events, and under
 * which names the rest is.
 */
export const s3Audit: AuditFacts = {
  dataOperations: [
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjects",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "HeadBucket",
    "HeadObject",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RenameObject",
    "RestoreObject",
    "SelectObjectContent",
    "UploadPart",
    "UploadPartCopy",
    "WriteGetObjectResponse",
  ],
  eventNames: {
    DeletePublicAccessBlock: "DeleteBucketPublicAccessBlock",
    GetPublicAccessBlock: "GetBucketPublicAccessBlock",
    PutPublicAccessBlock: "PutBucketPublicAccessBlock",
    GetBucketLifecycleConfiguration: "GetBucketLifecycle",
    PutBucketLifecycleConfiguration: "PutBucketLifecycle",
    GetBucketNotificationConfiguration: "GetBucketNotification",
    PutBucketNotificationConfiguration: "PutBucketNotification",
    GetObjectLockConfiguration: "GetBucketObjectLockConfiguration",
    PutObjectLockConfiguration: "PutBucketObjectLockConfiguration",
  },
  memberNames: { Bucket: "bucketName", Policy: "bucketPolicy" },
};
