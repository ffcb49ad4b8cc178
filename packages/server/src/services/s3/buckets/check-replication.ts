import type * as s3 from "@aws-sdk/client-s3";
import { isAccountId, OWN_PARTITION, parseArn } from "../../../kernel/arn.ts";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";
import { bucketNamed, isKmsKeyArn } from "../resource-arn.ts";
import { findBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { isBucketName } from "./bucket-name.ts";

/** Source: S3 API, ReplicationConfiguration. */
const REPLICATION_RULES_MAX = 1000;

type Replication = Checked<s3.PutBucketReplicationCommandInput>["ReplicationConfiguration"];

/** The refusal of a text that isn't the ARN of a role of some account. */
export function replicationRoleRefusal(role: string): AwsError | undefined {
  const { partition, service, region, accountId = "", resource = "" } = parseArn(role) ?? {};
  const isOfIam = partition === OWN_PARTITION && service === "iam" && region === "";
  if (!isOfIam || !isAccountId(accountId)) return invalidReplicationRole(role);
  if (/^role\/./.test(resource)) return undefined;
  return invalidArgument("The relative id should start with role", "Role", role);
}

export function invalidReplicationRole(role: string): AwsError {
  return invalidArgument("Invalid Role specified in replication configuration", "Role", role);
}

/**
 * Throws InvalidArgument, InvalidRequest, MalformedXML: of the source's versioning first, then of
 * what is malformed, then of what is missing. Rules without an id get one, as on AWS.
 */
export async function checkedReplication(
  { ReplicationConfiguration: given }: { readonly ReplicationConfiguration: Replication },
  bucket: BucketRow,
  context: RequestContext,
): Promise<s3.ReplicationConfiguration> {
  const { Role, Rules: rules } = given;
  if (rules.length === 0 || rules.length > REPLICATION_RULES_MAX) throw malformedXml();
  if (bucket.versioning !== "Enabled")
    throw invalidRequest(
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    );
  const refusal = replicationRoleRefusal(Role);
  if (refusal) throw refusal;
  const targets = rules.map((rule) => checkedDestination(rule, bucket));
  for (const name of new Set(targets)) {
    const target = await findBucket(name, context);
    if (target?.versioning !== "Enabled")
      throw invalidRequest("Destination bucket must have versioning enabled.");
  }
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  return { Role, Rules: named };
}

/** The name of the bucket that a rule replicates to. */
function checkedDestination(
  { Destination: destination }: Replication["Rules"][number],
  { bucket_name: source }: BucketRow,
): string {
  const { Bucket: arn, EncryptionConfiguration: encryption } = destination;
  const name = bucketNamed(arn);
  if (name === undefined) throw invalidArgument("Invalid bucket ARN", "Bucket", arn);
  if (!isBucketName(name))
    throw invalidArgument("The specified bucket is not valid.", "Bucket", arn);
  if (name === source)
    throw invalidRequest("Destination bucket cannot be the same as the source bucket.");
  const keyId = encryption?.ReplicaKmsKeyID;
  if (keyId !== undefined && !isKmsKeyArn(keyId))
    throw invalidArgument("Invalid ReplicaKmsKeyID ARN.", "ReplicaKmsKeyID", keyId);
  return name;
}
