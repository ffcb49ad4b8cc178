import { OWN_PARTITION, parseArn } from "../../../kernel/arn.ts";
import { type AwsManagedPolicies, isAwsPolicyArn } from "../catalogue/aws-managed-policies.ts";
import { awsPolicyDescriptions } from "../catalogue/aws-policy-descriptions.ts";
import { invalidInput, noSuchEntity, noSuchPolicy, validationError } from "../errors.ts";
import type { PolicySubject } from "../identities/subjects.ts";
import { findOwnPolicy, type Policy } from "../rows/policies.ts";
import type { Db } from "../tables.ts";

/** A managed policy, a customer's or AWS's, as operations show it. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly policyId: string;
  readonly description: string | undefined;
  readonly defaultVersion: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** True for AWS's own, which all accounts share and none can change. */
  readonly aws: boolean;
}

/** @throws ValidationError, in AWS's words, for what isn't an ARN of this partition */
export function requireArn(arn: string): string {
  const parsed = parseArn(arn);
  if (!parsed) throw validationError("Invalid ARN:  Could not be parsed!");
  if (parsed.partition !== OWN_PARTITION) throw validationError("Invalid ARN partition");
  return arn;
}

/** @throws ValidationError, or InvalidInput for the ARN of something else */
export function requirePolicyArn(arn: string): string {
  const parsed = parseArn(arn);
  if (!parsed) throw validationError(`ARN ${arn} is not valid.`);
  requireArn(arn);
  if (parsed.service !== "iam" || !parsed.resource.startsWith("policy/"))
    throw invalidInput(`ARN ${arn} is not valid.`);
  return arn;
}

/** A managed policy that the account can see: its own or AWS's. */
export async function findPolicy(
  db: Db,
  awsPolicies: AwsManagedPolicies,
  accountId: string,
  arn: string,
): Promise<ManagedPolicy | undefined> {
  if (isAwsPolicyArn(arn)) return findAwsPolicy(awsPolicies, arn);
  const row = await findOwnPolicy(db, accountId, arn);
  return row && managedPolicy(row);
}

/** The managed policy that was decided on. @throws ValidationError */
export function subjectPolicy(
  awsPolicies: AwsManagedPolicies,
  { arn, own }: PolicySubject,
): ManagedPolicy | undefined {
  return own ? managedPolicy(own) : findAwsPolicy(awsPolicies, requireArn(arn));
}

/** @throws ValidationError, NoSuchEntity */
export function existingPolicy(
  awsPolicies: AwsManagedPolicies,
  subject: PolicySubject,
): ManagedPolicy {
  const policy = subjectPolicy(awsPolicies, subject);
  if (!policy) throw noSuchPolicy(subject.arn);
  return policy;
}

function findAwsPolicy(awsPolicies: AwsManagedPolicies, arn: string): ManagedPolicy | undefined {
  const policy = awsPolicies.find(arn);
  const description = awsPolicyDescriptions.get(arn.slice(arn.indexOf("/") + 1));
  return policy && { ...policy, description, aws: true };
}

export function noSuchPolicyVersion(arn: string, versionId: string) {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

export function managedPolicy(row: Policy): ManagedPolicy {
  return {
    arn: row.policy_arn,
    name: row.policy_name,
    path: row.path,
    policyId: row.policy_id,
    description: row.description ?? undefined,
    defaultVersion: row.default_version,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    aws: false,
  };
}
