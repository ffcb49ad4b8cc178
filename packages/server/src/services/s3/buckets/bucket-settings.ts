import type * as s3 from "@aws-sdk/client-s3";
import { isAccountId, parseArn } from "../../../kernel/arn.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { invalidRequest, malformedXml, notConfigured } from "../errors.ts";
import { bucketArn } from "../resource-arn.ts";
import { findConfiguration, storeConfiguration } from "../rows/bucket-configurations.ts";
import { findBucket, updateBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { checkLogTarget } from "./log-delivery.ts";

/** Source: S3 API, ReplicationConfiguration. */
const REPLICATION_RULES_MAX = 1000;
const PASSED_TO_S3 = { "iam:passedtoservice": "s3.amazonaws.com" };

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
        const pass = { action: "iam:PassRole", context: PASSED_TO_S3 };
        // A text that isn't a role's ARN is refused by the handler.
        return isRoleArn(role) ? [put, { ...pass, resource: role }] : put;
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

/** Whether a text names a role of some account. */
function isRoleArn(text: string): boolean {
  const arn = parseArn(text);
  return arn?.service === "iam" && isAccountId(arn.accountId) && arn.resource.startsWith("role/");
}

/** Throws InvalidRequest, MalformedXML. Rules without an id get one, as on AWS. */
async function checkedReplication(
  { ReplicationConfiguration: given }: Checked<s3.PutBucketReplicationCommandInput>,
  bucket: BucketRow,
  context: RequestContext,
): Promise<s3.ReplicationConfiguration> {
  const { Role, Rules: rules } = given;
  if (rules.length === 0 || rules.length > REPLICATION_RULES_MAX) throw malformedXml();
  if (bucket.versioning !== "Enabled")
    throw invalidRequest(
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
      { BucketName: bucket.bucket_name },
    );
  if (!isRoleArn(Role))
    throw new AwsError("InvalidArgument", "Invalid Role specified in replication configuration", {
      status: 400,
    });
  for (const { Destination: destination } of rules) {
    const { Bucket: target } = destination;
    const prefix = bucketArn("");
    const row = target.startsWith(prefix)
      ? await findBucket(target.slice(prefix.length), context)
      : undefined;
    if (row?.versioning !== "Enabled")
      throw invalidRequest("Destination bucket must have versioning enabled.");
  }
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  return { Role, Rules: named };
}
