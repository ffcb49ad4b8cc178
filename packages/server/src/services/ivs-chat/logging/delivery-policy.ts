import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { accessDenied, resourceNotFound } from "../errors.ts";
import {
  DELIVERY_PRINCIPAL,
  DeliveryBucket,
  deliverySourceArn,
  logsFolder,
} from "./delivery-bucket.ts";

/** The service that asks S3 for its caller. */
const CHAT_PRINCIPAL = "ivschat.amazonaws.com";

interface Statement {
  readonly Sid?: string;
}

interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: Statement | readonly Statement[];
}

/**
 * Sees to it, inside `tx`, that log delivery may write to the bucket. Where the bucket's policy
 * doesn't allow it yet, statements are added with the caller's credentials passed on, as AWS does:
 * that needs `s3:GetBucketPolicy` and `s3:PutBucketPolicy`. S3's refusal becomes
 * AccessDeniedException.
 */
export async function allowDelivery(
  bucketName: string,
  context: RequestContext,
  tx: Transaction,
  invoke: ConstructorParameters<typeof DeliveryBucket>[2],
): Promise<void> {
  try {
    await new DeliveryBucket(bucketName, context, invoke).decide(tx);
    return;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    if (error.code === "NoSuchBucket") throw resourceNotFound(`arn:aws:s3:::${bucketName}`);
  }
  const s3 = <Output>(operation: string, input: object) =>
    context.forward<Output>("s3", operation, input, {
      invokedBy: CHAT_PRINCIPAL,
      transaction: tx,
    });
  try {
    const policy = withDelivery(await policyOf(bucketName, s3), bucketName, context);
    await s3("PutBucketPolicy", { Bucket: bucketName, Policy: JSON.stringify(policy) });
  } catch (error) {
    if (error instanceof AwsError && error.status === 403) throw accessDenied(error.message, error);
    throw error;
  }
}

async function policyOf(
  Bucket: string,
  s3: <Output>(operation: string, input: object) => Promise<Output>,
): Promise<PolicyDocument> {
  try {
    const { Policy } = await s3<{ readonly Policy: string }>("GetBucketPolicy", { Bucket });
    return JSON.parse(Policy) as PolicyDocument;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "NoSuchBucketPolicy") throw error;
    return {};
  }
}

/** The policy with AWS's statements. Source: CloudWatch Logs user guide, "Logs sent to S3". */
function withDelivery(
  { Version = "2012-10-17", Id = "AWSLogDeliveryWrite20150319", Statement = [] }: PolicyDocument,
  bucketName: string,
  { accountId, region }: RequestContext,
) {
  const given = Array.isArray(Statement) ? Statement : [Statement as Statement];
  const sids = new Set(given.map(({ Sid }) => Sid));
  const source = {
    StringEquals: { "aws:SourceAccount": accountId },
    ArnLike: { "aws:SourceArn": deliverySourceArn({ accountId, region }) },
  };
  const shared = { Effect: "Allow", Principal: { Service: DELIVERY_PRINCIPAL } };
  const added = [
    {
      Sid: freeSid("AWSLogDeliveryWrite", sids),
      ...shared,
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucketName}/${logsFolder(accountId)}*`,
      Condition: {
        ...source,
        StringEquals: { ...source.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" },
      },
    },
    {
      Sid: freeSid("AWSLogDeliveryAclCheck", sids),
      ...shared,
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${bucketName}`,
      Condition: source,
    },
  ];
  return { Version, Id, Statement: [...given, ...added] };
}

/** A statement of that name may be there for another account or Region. */
function freeSid(name: string, taken: ReadonlySet<string | undefined>): string {
  let sid = name;
  for (let count = 1; taken.has(sid); count += 1) sid = `${name}${count}`;
  return sid;
}
