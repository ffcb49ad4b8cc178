import {
  type AttachedPolicy,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateListAttachedGroupPolicies,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListRolePolicies,
  paginateListUserPolicies,
} from "@aws-sdk/client-iam";
import { allPages } from "../../wire/all-pages.ts";

/**
 * The owners that policies can be attached to. IAM has the same seven operations for each, by other
 * names.
 */
export interface PolicyOwner {
  readonly kind: "user" | "group" | "role";
  readonly name: string;
}

interface OwnerOperations {
  attached(client: IAMClient, name: string): Promise<readonly AttachedPolicy[]>;
  attach(client: IAMClient, name: string, PolicyArn: string): Promise<unknown>;
  detach(client: IAMClient, name: string, PolicyArn: string): Promise<unknown>;
  inline(client: IAMClient, name: string): Promise<readonly string[]>;
  read(client: IAMClient, name: string, PolicyName: string): Promise<string>;
  put(client: IAMClient, name: string, PolicyName: string, document: string): Promise<unknown>;
  remove(client: IAMClient, name: string, PolicyName: string): Promise<unknown>;
}

const OPERATIONS: Readonly<Record<PolicyOwner["kind"], OwnerOperations>> = {
  user: {
    attached: (client, UserName) =>
      allPages(
        paginateListAttachedUserPolicies({ client }, { UserName }),
        (page) => page.AttachedPolicies,
      ),
    attach: (client, UserName, PolicyArn) =>
      client.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (client, UserName, PolicyArn) =>
      client.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    inline: (client, UserName) =>
      allPages(paginateListUserPolicies({ client }, { UserName }), (page) => page.PolicyNames),
    read: async (client, UserName, PolicyName) =>
      decoded(await client.send(new GetUserPolicyCommand({ UserName, PolicyName }))),
    put: (client, UserName, PolicyName, PolicyDocument) =>
      client.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    remove: (client, UserName, PolicyName) =>
      client.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
  },
  group: {
    attached: (client, GroupName) =>
      allPages(
        paginateListAttachedGroupPolicies({ client }, { GroupName }),
        (page) => page.AttachedPolicies,
      ),
    attach: (client, GroupName, PolicyArn) =>
      client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (client, GroupName, PolicyArn) =>
      client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    inline: (client, GroupName) =>
      allPages(paginateListGroupPolicies({ client }, { GroupName }), (page) => page.PolicyNames),
    read: async (client, GroupName, PolicyName) =>
      decoded(await client.send(new GetGroupPolicyCommand({ GroupName, PolicyName }))),
    put: (client, GroupName, PolicyName, PolicyDocument) =>
      client.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
    remove: (client, GroupName, PolicyName) =>
      client.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
  },
  role: {
    attached: (client, RoleName) =>
      allPages(
        paginateListAttachedRolePolicies({ client }, { RoleName }),
        (page) => page.AttachedPolicies,
      ),
    attach: (client, RoleName, PolicyArn) =>
      client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (client, RoleName, PolicyArn) =>
      client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    inline: (client, RoleName) =>
      allPages(paginateListRolePolicies({ client }, { RoleName }), (page) => page.PolicyNames),
    read: async (client, RoleName, PolicyName) =>
      decoded(await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
    put: (client, RoleName, PolicyName, PolicyDocument) =>
      client.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    remove: (client, RoleName, PolicyName) =>
      client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
  },
};

export function operationsOf({ kind }: PolicyOwner): OwnerOperations {
  return OPERATIONS[kind];
}

/** A policy as its owner has it: attached by ARN, or written into it. */
export interface OwnedPolicy {
  readonly name: string;
  /** Undefined: an inline policy. */
  readonly arn: string | undefined;
}

export async function listOwnedPolicies(
  client: IAMClient,
  owner: PolicyOwner,
): Promise<readonly OwnedPolicy[]> {
  const operations = operationsOf(owner);
  const [attached, inline] = await Promise.all([
    operations.attached(client, owner.name),
    operations.inline(client, owner.name),
  ]);
  return [
    ...attached.map(({ PolicyName = "", PolicyArn }) => ({ name: PolicyName, arn: PolicyArn })),
    ...inline.map((name) => ({ name, arn: undefined })),
  ];
}

/** A managed policy's type, as AWS's console names it. */
export function managerOf(arn: string): string {
  return arn.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
}

/** IAM hands documents out percent-encoded. */
function decoded({
  PolicyDocument = "",
}: {
  readonly PolicyDocument?: string | undefined;
}): string {
  return decodeURIComponent(PolicyDocument);
}
