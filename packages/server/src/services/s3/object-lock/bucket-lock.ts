import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { requireDigest } from "../checksums/required-digest.ts";
import { invalidArgumentOf, invalidBucketState, malformedXml, notConfigured } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";
import { isLockMode, readLockRule } from "../rows/stored-lock.ts";

/** Source: S3 user guide, "Object Lock considerations": a hundred years. */
const DAYS_MAX = 36_500;
const YEARS_MAX = 100;

/** PutObjectLockConfiguration, GetObjectLockConfiguration. */
export function bucketLockOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutObjectLockConfiguration: bucketOperation(
      "PutBucketObjectLockConfiguration",
      async (bucket, input, context) => {
        requireDigest(context);
        const rule = checkedRule(input.ObjectLockConfiguration);
        await updateBucket(bucket, { object_lock: JSON.stringify(rule) }, context, (current) => {
          if (current.versioning !== "Enabled")
            throw invalidBucketState(
              "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            );
        });
        return {};
      },
    ),
    GetObjectLockConfiguration: bucketOperation("GetBucketObjectLockConfiguration", (bucket) => {
      if (bucket.object_lock === null)
        throw notConfigured(
          "ObjectLockConfigurationNotFoundError",
          "Object Lock configuration does not exist for this bucket",
          bucket.bucket_name,
        );
      const retention = readLockRule(bucket);
      return {
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled" as const,
          ...(retention ? { Rule: { DefaultRetention: retention } } : {}),
        },
      };
    }),
  });
}

/** Throws MalformedXML, InvalidArgument. */
function checkedRule(given: s3.ObjectLockConfiguration | undefined): s3.ObjectLockRule {
  if (given?.ObjectLockEnabled !== "Enabled") throw malformedXml();
  if (!given.Rule) return {};
  const { Mode: mode, Days: days, Years: years } = given.Rule.DefaultRetention ?? {};
  if (!isLockMode(mode) || (days === undefined) === (years === undefined)) throw malformedXml();
  const period = days ?? years ?? 0;
  if (!Number.isInteger(period) || period < 1)
    throw invalidArgumentOf("Default retention period must be a positive integer value.");
  if (period > (days === undefined ? YEARS_MAX : DAYS_MAX))
    throw invalidArgumentOf(
      `Default retention period too large. The maximum is ${days === undefined ? `${YEARS_MAX} years` : `${DAYS_MAX} days`}.`,
    );
  const length = days === undefined ? { Years: period } : { Days: period };
  return { DefaultRetention: { Mode: mode, ...length } };
}
