import type { ServiceConstraints } from "../../kernel/constraints.ts";
import { malformedPolicy, malformedXml, missingRequestBody, noAttributes } from "./errors.ts";

/** A policy's text that is left out is one that doesn't begin as it should. */
const NOT_JSON = "Policies must be valid JSON and the first byte must be '{'";

const STATUS = { values: ["Enabled", "Disabled"] };

/*
 * Few of S3's limits are stated in its model; those that S3 answers with errors of its own
 * (InvalidBucketName, KeyTooLongError, MaxKeys) stand with the operations.
 */
export const s3Constraints: ServiceConstraints = {
  errorCode: "InvalidArgument",
  unsupported: [
    ...["PutObject", "CopyObject", "CreateMultipartUpload"].flatMap((operation) => [
      `${operation}.ObjectLockEventHold`,
      `${operation}.ObjectLockEventHoldDurationDays`,
      `${operation}.ObjectLockEventHoldDurationYears`,
    ]),
    "PutObjectLockConfiguration.ObjectLockConfiguration.Rule.DefaultRetention.DefaultEventHold",
    "PutObjectRetention.Retention.EventHold",
    "PutObjectRetention.Retention.EventHoldDuration",
    "CopyObject.AnnotationDirective",
    "AbortMultipartUpload.IfMatchInitiatedTime",
    "RestoreObject.RestoreRequest.Description",
    "RestoreObject.RestoreRequest.OutputLocation",
    ...["ChecksumXXHASH64", "ChecksumXXHASH3", "ChecksumXXHASH128"].flatMap((checksum) => [
      `CompleteMultipartUpload.${checksum}`,
      `CompleteMultipartUpload.MultipartUpload.Parts.${checksum}`,
    ]),
  ],
  members: {
    "ListBuckets.MaxBuckets": { min: 1, max: 10_000 },
    "ListBuckets.ContinuationToken": { max: 1024 },
    Key: { min: 1 },
    // Source: S3 user guide, "Amazon S3 multipart upload limits".
    "CompleteMultipartUpload.Parts": { max: 10_000 },
    "PutBucketAnalyticsConfiguration.Format": { values: ["CSV"] },
    "PutBucketAnalyticsConfiguration.OutputSchemaVersion": { values: ["V_1"] },
    "PutBucketIntelligentTieringConfiguration.AccessTier": {
      values: ["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"],
    },
    "PutBucketIntelligentTieringConfiguration.Status": STATUS,
    "PutBucketLogging.PartitionDateSource": { values: ["EventTime", "DeliveryTime"] },
    // READ_ACP isn't in the API reference; AWS has been seen to take it.
    "PutBucketLogging.Permission": { values: ["FULL_CONTROL", "READ", "WRITE", "READ_ACP"] },
    "PutBucketLogging.Type": { values: ["CanonicalUser", "AmazonCustomerByEmail", "Group"] },
    "PutBucketReplication.Owner": { values: ["Destination"] },
    "PutBucketReplication.Status": STATUS,
    "PutBucketReplication.StorageClass": {
      values: [
        ...["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"],
        ...["GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE"],
        ...["FSX_OPENZFS", "FSX_ONTAP", "AWS_BACKUP_WARM", "AWS_BACKUP_LOW_COST_WARM"],
      ],
    },
  },
  // An empty body isn't an empty document.
  required: {
    PutBucketLifecycleConfiguration: ["LifecycleConfiguration"],
    PutObjectLockConfiguration: ["ObjectLockConfiguration"],
  },
  // A document without a set of tags removes them all, as one with an empty set does.
  optional: ["tagging.tagSet"],
  // What lies deeper than the members themselves is in the XML document.
  refuse({ path }, input) {
    if (path.includes(".")) return malformedXml();
    if (path.toLowerCase() === "policy") return malformedPolicy(NOT_JSON);
    if (path.toLowerCase() === "objectattributes") return noAttributes();
    const member = input?.members.find(({ name }) => name.toLowerCase() === path.toLowerCase());
    return member?.traits.httpPayload ? missingRequestBody() : undefined;
  },
};
