import { AwsError } from "../../../kernel/aws-error.ts";
import type { ServiceLinkedRoles } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { accessDenied } from "../errors.ts";

/** The service's name as a principal: the owner of the role, and whom it trusts. */
export const IVS_PRINCIPAL = "ivs.amazonaws.com";

/** Source: IVS user guide, "Using Service-Linked Roles". */
const RECORD_TO_S3_ROLE = "AWSServiceRoleForIVSRecordToS3";
const MANAGED_POLICY = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";

export function recordToS3RoleArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/aws-service-role/${IVS_PRINCIPAL}/${RECORD_TO_S3_ROLE}`;
}

/** One inline policy per recording bucket; AWS documents neither its name nor its text. */
export function bucketPolicyName(bucketName: string): string {
  return `IVSRecordToS3-${bucketName}`;
}

/**
 * Sees to it, inside `tx`, that the role exists and may write recordings to the bucket: what is
 * missing is made in IAM with the caller's credentials passed on, as AWS does. `bucketName` is
 * undefined where the role alone is wanted. IAM's refusal becomes AccessDeniedException.
 */
export async function ensureRecordToS3Role(
  bucketName: string | undefined,
  linkedRoles: ServiceLinkedRoles,
  context: RequestContext,
  tx: Transaction,
): Promise<void> {
  const { accountId } = context;
  const options = { invokedBy: IVS_PRINCIPAL, transaction: tx };
  const iam = (operation: string, input: object) =>
    asIvsRefusal(() => context.forward("iam", operation, input, options));
  if (!(await linkedRoles.find(IVS_PRINCIPAL, accountId, tx))) {
    await iam("CreateServiceLinkedRole", { AWSServiceName: IVS_PRINCIPAL });
    await iam("AttachRolePolicy", { RoleName: RECORD_TO_S3_ROLE, PolicyArn: MANAGED_POLICY });
  }
  if (bucketName === undefined) return;
  const present = await linkedRoles.inlinePolicyNames(IVS_PRINCIPAL, accountId, tx);
  if (present.includes(bucketPolicyName(bucketName))) return;
  await iam("PutRolePolicy", {
    RoleName: RECORD_TO_S3_ROLE,
    PolicyName: bucketPolicyName(bucketName),
    PolicyDocument: bucketPolicyDocument(bucketName),
  });
}

/**
 * The managed policy's resource, `AWSIVS_*`, can match no bucket, for bucket names have neither
 * upper case nor underscores. This grant is what a recording is really written with.
 */
function bucketPolicyDocument(bucketName: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucketName}/ivs/*` },
    ],
  });
}

/** Runs a call to another service; its refusal of the caller is answered as IVS's own. */
export async function asIvsRefusal<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwsError && error.status === 403) throw accessDenied(error.message, error);
    throw error;
  }
}
