import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { malformedXml } from "../errors.ts";
import { bucketNamed, isKmsKeyArn } from "../resource-arn.ts";

/*
 * What the schema of an inventory configuration enumerates. Source: S3 API, InventoryConfiguration.
 */

const FORMATS = ["CSV", "ORC", "Parquet"];
const FREQUENCIES = ["Daily", "Weekly"];
const VERSIONS = ["All", "Current"];
const FIELDS = [
  ...["Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded"],
  ...["ReplicationStatus", "EncryptionStatus", "ObjectLockRetainUntilDate", "ObjectLockMode"],
  ...["ObjectLockLegalHoldStatus", "ObjectLockEventHoldStatus", "ObjectLockEventHoldDuration"],
  ...["IntelligentTieringAccessTier", "IntelligentTieringReferenceDate", "BucketKeyStatus"],
  ...["ChecksumAlgorithm", "ObjectAccessControlList", "ObjectOwner", "LifecycleExpirationDate"],
];

/** Throws MalformedXML, InvalidS3DestinationBucket, InvalidKmskeyId. */
export function checkInventory(given: s3.InventoryConfiguration): void {
  const {
    Bucket: target = "",
    Format: format = "",
    Encryption: encryption,
  } = given.Destination?.S3BucketDestination ?? {};
  const isKnown =
    FORMATS.includes(format) &&
    FREQUENCIES.includes(given.Schedule?.Frequency ?? "") &&
    VERSIONS.includes(given.IncludedObjectVersions ?? "") &&
    (given.OptionalFields ?? []).every((field) => FIELDS.includes(field));
  if (!isKnown) throw malformedXml();
  if (bucketNamed(target) === undefined)
    throw new AwsError("InvalidS3DestinationBucket", "Invalid bucket ARN.", { status: 400 });
  const keyId = encryption?.SSEKMS?.KeyId;
  if (keyId !== undefined && !isKmsKeyArn(keyId))
    throw new AwsError("InvalidKmskeyId", "The KMS key ID is invalid.", { status: 400 });
}
