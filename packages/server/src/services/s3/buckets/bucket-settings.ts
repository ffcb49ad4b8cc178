import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { CROSS_ACCOUNT, passRole, type RolePassing } from "../../../kernel/pass-role.ts";
import { onBucket } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { accessDenied, invalidRequest, malformedXml, notConfigured } from "../errors.ts";
import { findConfiguration, storeConfiguration } from "../rows/bucket-configurations.ts";
import { updateBucket } from "../rows/buckets.ts";
import {
  checkedReplication,
  invalidReplicationRole,
  replicationRoleRefusal,
} from "./check-replication.ts";
import { checkLogTarget } from "./log-delivery.ts";

const PASSED_TO_S3: RolePassing = {
  service: "s3.amazonaws.com",
  malformed: invalidReplicationRole,
  crossAccount: () => accessDenied(CROSS_ACCOUNT),
};

/**
 * Transfer acceleration, who pays, server access logging and replication. Acceleration has nothing
 * to speed up here; logs aren't delivered and objects not replicated, which docs/s3.md says.
 */
export function bucketSettingOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketAccelerateConfiguration: bucketOperation(
      "PutAccelerateConfiguration",
      async (bucket, input, context) => {
        if (bucket.bucket_name.includes("."))
          throw invalidRequest(
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
          );
        const { Status: status } = input.AccelerateConfiguration ?? {};
        if (status !== "Enabled" && status !== "Suspended") throw malformedXml();
        await storeConfiguration(bucket, "accelerate", { Status: status }, context);
        return {};
      },
    ),
    GetBucketAccelerateConfiguration: bucketOperation(
      "GetAccelerateConfiguration",
      async (bucket, _input, context) => {
        return (
          (await findConfiguration<s3.AccelerateConfiguration>(bucket, "accelerate", context)) ?? {}
        );
      },
    ),
    PutBucketRequestPayment: bucketOperation(
      "PutBucketRequestPayment",
      async (bucket, input, context) => {
        const { Payer: payer } = input.RequestPaymentConfiguration ?? {};
        if (payer !== "Requester" && payer !== "BucketOwner") throw malformedXml();
        await updateBucket(bucket, { requester_pays: payer === "Requester" ? 1 : 0 }, context);
        return {};
      },
    ),
    GetBucketRequestPayment: bucketOperation(
      "GetBucketRequestPayment",
      ({ requester_pays: requesterPays }) => {
        return { Payer: requesterPays === 1 ? ("Requester" as const) : ("BucketOwner" as const) };
      },
    ),
    PutBucketLogging: bucketOperation("PutBucketLogging", async (bucket, input, context) => {
      const { LoggingEnabled: logging } = input.BucketLoggingStatus ?? {};
      if (logging) await checkLogTarget(logging, bucket, context);
      await storeConfiguration(bucket, "logging", logging, context);
      return {};
    }),
    GetBucketLogging: bucketOperation("GetBucketLogging", async (bucket, _input, context) => {
      const found = await findConfiguration<s3.LoggingEnabled>(bucket, "logging", context);
      return found ? { LoggingEnabled: found } : {};
    }),
    PutBucketReplication: bucketOperation(
      (bucket, input, context) => {
        const { Role: role } = input.ReplicationConfiguration;
        const put = onBucket("PutReplicationConfiguration", bucket, context);
        // The handler refuses a text that isn't a role's ARN, after it has looked at the bucket.
        if (replicationRoleRefusal(role)) return put;
        return [put, passRole(role, context.accountId, PASSED_TO_S3)];
      },
      async (bucket, input, context) => {
        const replication = await checkedReplication(input, bucket, context);
        await storeConfiguration(bucket, "replication", replication, context);
        return {};
      },
    ),
    GetBucketReplication: bucketOperation(
      "GetReplicationConfiguration",
      async (bucket, _input, context) => {
        const found = await findConfiguration<s3.ReplicationConfiguration>(
          bucket,
          "replication",
          context,
        );
        if (found) return { ReplicationConfiguration: found };
        throw notConfigured(
          "ReplicationConfigurationNotFoundError",
          "The replication configuration was not found",
          bucket.bucket_name,
        );
      },
    ),
    DeleteBucketReplication: bucketOperation(
      "PutReplicationConfiguration",
      async (bucket, _input, context) => {
        await storeConfiguration(bucket, "replication", undefined, context);
        return {};
      },
    ),
  });
}
