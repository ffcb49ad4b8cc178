import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import {
  onInstanceProfile,
  onOwner,
  onPolicy,
  requestTags,
  untagKeys,
} from "../identities/authorization.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import {
  currentPolicy,
  currentProfile,
  existingProfile,
  type PolicySubject,
  type ProfileSubject,
} from "../identities/subjects.ts";
import type { IamParts } from "../parts.ts";
import { existingPolicy } from "../policies/managed-policies.ts";
import { requireOwnPolicyArn } from "../policies/policies.ts";
import { type FindTagOwner, removeKeys, tagPage, tagResource } from "./tagged-resources.ts";

/** The three tag operations, for users, roles, managed policies and instance profiles. */
export function tagOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    TagUser: withSubject({
      authorize: ({ UserName, Tags }, context) =>
        onOwner(context, "user", UserName, requestTags(Tags)),
      handle: ({ Tags }, context, user) => tagResource(parts, context, idOf(user), Tags),
    }),
    UntagUser: withSubject({
      authorize: ({ UserName, TagKeys }, context) =>
        onOwner(context, "user", UserName, untagKeys(TagKeys)),
      handle: ({ TagKeys }, context, user) => removeKeys(parts, context, idOf(user), TagKeys),
    }),
    ListUserTags: withSubject({
      authorize: ({ UserName }, context) => onOwner(context, "user", UserName),
      handle: (input, _context, user) => tagPage(existing(user).id, user.tags, input),
    }),
    TagRole: withSubject({
      authorize: ({ RoleName, Tags }, context) =>
        onOwner(context, "role", RoleName, requestTags(Tags)),
      handle: ({ Tags }, context, role) => tagResource(parts, context, idOf(role), Tags),
    }),
    UntagRole: withSubject({
      authorize: ({ RoleName, TagKeys }, context) =>
        onOwner(context, "role", RoleName, untagKeys(TagKeys)),
      handle: ({ TagKeys }, context, role) => removeKeys(parts, context, idOf(role), TagKeys),
    }),
    ListRoleTags: withSubject({
      authorize: ({ RoleName }, context) => onOwner(context, "role", RoleName),
      handle: (input, _context, role) => tagPage(existing(role).id, role.tags, input),
    }),
    TagPolicy: withSubject({
      authorize: ({ PolicyArn, Tags }, context) => onPolicy(context, PolicyArn, requestTags(Tags)),
      handle: ({ PolicyArn, Tags }, context, policy) => {
        requireOwnPolicyArn(PolicyArn, context);
        return tagResource(parts, context, policyId(policy), Tags);
      },
    }),
    UntagPolicy: withSubject({
      authorize: ({ PolicyArn, TagKeys }, context) =>
        onPolicy(context, PolicyArn, untagKeys(TagKeys)),
      handle: ({ PolicyArn, TagKeys }, context, policy) => {
        requireOwnPolicyArn(PolicyArn, context);
        return removeKeys(parts, context, policyId(policy), TagKeys);
      },
    }),
    ListPolicyTags: withSubject({
      authorize: ({ PolicyArn }, context) => onPolicy(context, PolicyArn),
      handle: (input, _context, policy) => {
        const { policyId } = existingPolicy(parts.awsPolicies, policy);
        return tagPage(policyId, policy.tags, input);
      },
    }),
    TagInstanceProfile: withSubject({
      authorize: ({ InstanceProfileName, Tags }, context) =>
        onInstanceProfile(context, InstanceProfileName, requestTags(Tags)),
      handle: ({ Tags }, context, profile) => tagResource(parts, context, profileId(profile), Tags),
    }),
    UntagInstanceProfile: withSubject({
      authorize: ({ InstanceProfileName, TagKeys }, context) =>
        onInstanceProfile(context, InstanceProfileName, untagKeys(TagKeys)),
      handle: ({ TagKeys }, context, profile) =>
        removeKeys(parts, context, profileId(profile), TagKeys),
    }),
    ListInstanceProfileTags: withSubject({
      authorize: ({ InstanceProfileName }, context) =>
        onInstanceProfile(context, InstanceProfileName),
      handle: (input, _context, profile) =>
        tagPage(existingProfile(profile).profile_id, profile.tags, input),
    }),
  });
}

function idOf(subject: OwnerSubject): FindTagOwner {
  return async (db) => (await current(db, subject)).id;
}

function policyId(subject: PolicySubject): FindTagOwner {
  return async (db) => (await currentPolicy(db, subject)).policy_id;
}

function profileId(subject: ProfileSubject): FindTagOwner {
  return async (db) => (await currentProfile(db, subject)).profile_id;
}
