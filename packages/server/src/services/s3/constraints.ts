import type { ServiceConstraints } from "../../kernel/constraints.ts";

/*
 * Few of S3's limits are stated in its model; those that S3 answers with errors of its own
 * (InvalidBucketName, KeyTooLongError, MaxKeys) stand with the operations.
 */
export const s3Constraints: ServiceConstraints = {
  errorCode: "InvalidArgument",
  members: {
    "ListBuckets.MaxBuckets": { min: 1, max: 10_000 },
    "ListBuckets.ContinuationToken": { max: 1024 },
    Key: { min: 1 },
  },
};
