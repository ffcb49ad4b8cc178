import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  onInstanceProfile,
  onOwner,
  onPolicy,
  requestTags,
  untagKeys,
} from "../identities/authorization.ts";
import { requireOwner } from "../identities/owners.ts";
import type { IamParts } from "../parts.ts";
import { requirePolicy } from "../policies/managed-policies.ts";
import { requireOwnPolicyArn } from "../policies/policies.ts";
import { required } from "../required.ts";
import { requireInstanceProfile } from "../rows/instance-profiles.ts";
import {
  type FindTagOwner,
  listResourceTags,
  removeKeys,
  tagResource,
} from "./tagged-resources.ts";

/** The three tag operations, for users, roles, managed policies and instance profiles. */
export function tagOperations(parts: IamParts) {
  const user = (input: { UserName?: string | undefined }) => required(input.UserName, "userName");
  const role = (input: { RoleName?: string | undefined }) => required(input.RoleName, "roleName");
  const policy = (input: { PolicyArn?: string | undefined }) =>
    required(input.PolicyArn, "policyArn");
  const profile = (input: { InstanceProfileName?: string | undefined }) =>
    required(input.InstanceProfileName, "instanceProfileName");
  const owner =
    (context: RequestContext, kind: "user" | "role", name: string): FindTagOwner =>
    async (db) =>
      (await requireOwner(db, context.accountId, kind, name)).id;
  const policyId =
    (context: RequestContext, arn: string): FindTagOwner =>
    async (db) =>
      (await requirePolicy(db, parts.awsPolicies, context.accountId, arn)).policyId;
  const profileId =
    (context: RequestContext, name: string): FindTagOwner =>
    async (db) =>
      (await requireInstanceProfile(db, context.accountId, name)).profile_id;
  const put = (context: RequestContext, find: FindTagOwner, tags: iam.Tag[] | undefined) =>
    tagResource(parts, context, find, tags);
  const remove = (context: RequestContext, find: FindTagOwner, keys: string[] | undefined) =>
    removeKeys(parts, context, find, required(keys, "tagKeys"));

  return defineOperations<typeof iam>()({
    TagUser: {
      authorize: (input, context) => onOwner(context, "user", user(input), requestTags(input.Tags)),
      handle: (input, context) => put(context, owner(context, "user", user(input)), input.Tags),
    },
    UntagUser: {
      authorize: (input, context) =>
        onOwner(context, "user", user(input), untagKeys(input.TagKeys)),
      handle: (input, context) =>
        remove(context, owner(context, "user", user(input)), input.TagKeys),
    },
    ListUserTags: {
      authorize: (input, context) => onOwner(context, "user", user(input)),
      handle: (input, context) =>
        listResourceTags(context, owner(context, "user", user(input)), input),
    },
    TagRole: {
      authorize: (input, context) => onOwner(context, "role", role(input), requestTags(input.Tags)),
      handle: (input, context) => put(context, owner(context, "role", role(input)), input.Tags),
    },
    UntagRole: {
      authorize: (input, context) =>
        onOwner(context, "role", role(input), untagKeys(input.TagKeys)),
      handle: (input, context) =>
        remove(context, owner(context, "role", role(input)), input.TagKeys),
    },
    ListRoleTags: {
      authorize: (input, context) => onOwner(context, "role", role(input)),
      handle: (input, context) =>
        listResourceTags(context, owner(context, "role", role(input)), input),
    },
    TagPolicy: {
      authorize: (input, context) => onPolicy(context, policy(input), requestTags(input.Tags)),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(policy(input), context);
        return put(context, policyId(context, arn), input.Tags);
      },
    },
    UntagPolicy: {
      authorize: (input, context) => onPolicy(context, policy(input), untagKeys(input.TagKeys)),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(policy(input), context);
        return remove(context, policyId(context, arn), input.TagKeys);
      },
    },
    ListPolicyTags: {
      authorize: (input, context) => onPolicy(context, policy(input)),
      handle: (input, context) =>
        listResourceTags(context, policyId(context, policy(input)), input),
    },
    TagInstanceProfile: {
      authorize: (input, context) =>
        onInstanceProfile(context, profile(input), requestTags(input.Tags)),
      handle: (input, context) => put(context, profileId(context, profile(input)), input.Tags),
    },
    UntagInstanceProfile: {
      authorize: (input, context) =>
        onInstanceProfile(context, profile(input), untagKeys(input.TagKeys)),
      handle: (input, context) =>
        remove(context, profileId(context, profile(input)), input.TagKeys),
    },
    ListInstanceProfileTags: {
      authorize: (input, context) => onInstanceProfile(context, profile(input)),
      handle: (input, context) =>
        listResourceTags(context, profileId(context, profile(input)), input),
    },
  });
}
