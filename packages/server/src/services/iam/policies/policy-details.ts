import type * as iam from "@aws-sdk/client-iam";
import type { PolicyUsage } from "../rows/policy-usage.ts";
import type { ManagedPolicy } from "./managed-policies.ts";

/** `v3` */
export function versionId(version: number): string {
  return `v${version}`;
}

/** The number of `v3`; undefined for a text that isn't a version's id. */
export function parseVersionId(id: string): number | undefined {
  const match = /^v([1-9]\d{0,8})$/.exec(id);
  return match ? Number(match[1]) : undefined;
}

/** A policy as lists show it: without description and tags. */
export function policySummary(policy: ManagedPolicy, usage: PolicyUsage) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: versionId(policy.defaultVersion),
    AttachmentCount: usage.attachments,
    PermissionsBoundaryUsageCount: usage.boundaries,
    // AWS says so of service role policies, too, which attach to nothing of a customer's.
    IsAttachable: true,
    CreateDate: new Date(policy.createdMs),
    UpdateDate: new Date(policy.updatedMs),
  } satisfies iam.Policy;
}
