import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { invalidBucketState, malformedXml, notImplemented } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";

/** PutBucketVersioning, GetBucketVersioning. */
export function bucketVersioningOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketVersioning: bucketOperation("PutBucketVersioning", async (bucket, input, context) => {
      const versioning = readStatus(input);
      await updateBucket(bucket, { versioning }, context, (current) => {
        if (current.object_lock !== null && versioning !== "Enabled")
          throw invalidBucketState(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
          );
      });
      return {};
    }),
    GetBucketVersioning: bucketOperation("GetBucketVersioning", ({ versioning }) => {
      return versioning === null ? {} : { Status: versioning as s3.BucketVersioningStatus };
    }),
  });
}

/** Throws MalformedXML, IllegalVersioningConfigurationException, NotImplemented for MFA delete. */
function readStatus({ VersioningConfiguration: given, MFA }: s3.PutBucketVersioningCommandInput) {
  const { Status: status, MFADelete: mfaDelete } = given ?? {};
  if (mfaDelete !== undefined && mfaDelete !== "Enabled" && mfaDelete !== "Disabled") {
    throw malformedXml();
  }
  if (mfaDelete === "Enabled") throw notImplemented(MFA === undefined ? "MfaDelete" : "x-amz-mfa");
  if (status === "Enabled" || status === "Suspended") return status;
  if (status !== undefined) throw malformedXml();
  throw new AwsError(
    "IllegalVersioningConfigurationException",
    "The Versioning element must be specified",
    { status: 400 },
  );
}
