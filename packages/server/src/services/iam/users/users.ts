import assert from "node:assert";
import type * as iam from "@aws-sdk/client-iam";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { boundaryMember, echoedTags, tagsMember } from "../answer-members.ts";
import { alreadyExists } from "../errors.ts";
import {
  onList,
  onNew,
  onOwner,
  onUserOrSelf,
  requestBoundary,
  requestTags,
} from "../identities/authorization.ts";
import { current, existing } from "../identities/owners.ts";
import { change, type IamParts } from "../parts.ts";
import { requireBoundaryPolicy } from "../policies/permissions-boundaries.ts";
import { USERS_PER_ACCOUNT } from "../quotas.ts";
import { findAccount } from "../rows/accounts.ts";
import {
  type Reference,
  readNamedPage,
  refuseOverQuota,
  refuseReferenced,
} from "../rows/named-rows.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import { deleteUser, findUser, insertUser, setUser } from "../rows/users.ts";
import { deleteAccessesOf } from "../rows/uses.ts";
import type { Db, IamTables, UserRow } from "../tables.ts";
import { userSummary } from "./user-details.ts";

const REFERENCES: readonly Reference[] = [
  ["iam_login_profiles", "user_id", "delete login profile"],
  ["iam_access_keys", "user_id", "delete access keys"],
  ["iam_mfa_devices", "user_id", "delete MFA device"],
  ["iam_signing_certificates", "user_id", "delete signing certificates"],
  ["iam_ssh_public_keys", "user_id", "remove referenced objects"],
  ["iam_service_specific_credentials", "user_id", "remove referenced objects"],
  ["iam_group_members", "user_id", "remove users from group"],
  ["iam_policy_attachments", "owner_id", "detach all policies"],
  ["iam_inline_policies", "owner_id", "delete policies"],
];

export function userOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateUser: {
      authorize: ({ Path: path, UserName: name, PermissionsBoundary, Tags }, context) => {
        const extra = { ...requestBoundary(PermissionsBoundary), ...requestTags(Tags) };
        return onNew(context, "user", { path, name }, extra);
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const boundaryArn = input.PermissionsBoundary ?? null;
          if (boundaryArn !== null) await requireBoundaryPolicy(parts, context, db, boundaryArn);
          const user = await createUser(parts, context, db, input, boundaryArn);
          await putTags(db, context.accountId, user.user_id, input.Tags);
          return {
            User: {
              ...userSummary(user),
              ...boundaryMember(user.boundary_arn),
              ...echoedTags(input.Tags),
            },
          };
        }),
    },
    GetUser: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (_input, context, subject) => {
        if (!subject) return { User: await rootUser(context) };
        const { row: user } = existing(subject);
        return {
          User: {
            ...userSummary(user),
            ...boundaryMember(user.boundary_arn),
            ...tagsMember(subject.tags),
          },
        };
      },
    }),
    ListUsers: {
      authorize: (input, context) => onList(context, "user", input.PathPrefix),
      handle: async (input, context) => {
        const page = await readNamedPage("iam_users", context, input);
        return { Users: page.items.map(userSummary), ...page.output };
      },
    },
    UpdateUser: withSubject({
      authorize: async ({ UserName: name, NewUserName, NewPath }, context) => {
        const present = await onOwner(context, "user", name);
        if (NewUserName === undefined && NewPath === undefined) return present;
        // Moving a user must be allowed where it is and where it goes.
        const path = NewPath ?? present.subject.owner?.row.path;
        const moved = onNew(context, "user", { path, name: NewUserName ?? name });
        return { pairs: [present.pairs, moved], subject: present.subject };
      },
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          const name = input.NewUserName ?? user.user_name;
          if (name.toLowerCase() !== user.name_key)
            await refuseTakenName(db, context.accountId, name);
          await setUser(db, user.user_id, {
            user_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? user.path,
          });
          return {};
        }),
    }),
    DeleteUser: withSubject({
      authorize: (input, context) => onOwner(context, "user", input.UserName),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id } = await current(db, subject);
          await refuseReferenced(db, id, REFERENCES);
          await deleteTagsOf(db, id);
          await deleteAccessesOf(db, id);
          await deleteUser(db, id);
          return {};
        }),
    }),
  });
}

/** AWS's answer for the root user has neither path nor name. */
async function rootUser(context: RequestContext) {
  const { principal } = context.caller;
  assert(principal.kind === "root", "only root is a user without a row");
  const { accountId, arn } = principal;
  const account = await findAccount(context.db<IamTables>(), accountId);
  return {
    Path: undefined,
    UserName: undefined,
    UserId: accountId,
    Arn: arn,
    CreateDate: new Date(account?.created_ms ?? 0),
  };
}

async function createUser(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  input: Checked<iam.CreateUserRequest>,
  boundaryArn: string | null,
): Promise<UserRow> {
  const { UserName: name } = input;
  await refuseTakenName(db, context.accountId, name);
  await refuseOverQuota(db, "iam_users", context.accountId, "UsersPerAccount", USERS_PER_ACCOUNT);
  const user: UserRow = {
    account_id: context.accountId,
    user_id: newUniqueId("AIDA", context.accountId, parts.ids),
    user_name: name,
    name_key: name.toLowerCase(),
    path: input.Path ?? "/",
    boundary_arn: boundaryArn,
    created_ms: context.nowMs,
  };
  await insertUser(db, user);
  return user;
}

async function refuseTakenName(db: Db, accountId: string, name: string): Promise<void> {
  if (await findUser(db, accountId, name)) throw alreadyExists(`User with name ${name}`);
}
