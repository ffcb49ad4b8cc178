import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { boundaryMember, echoedTags, tagsMember } from "../answer-members.ts";
import { alreadyExists } from "../errors.ts";
import { onList, onNew, onOwner, requestTags } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { change, type IamParts } from "../parts.ts";
import { requireBoundaryPolicy } from "../policies/permissions-boundaries.ts";
import { USERS_PER_ACCOUNT } from "../quotas.ts";
import { required } from "../required.ts";
import { findAccount } from "../rows/accounts.ts";
import {
  type Reference,
  readNamedPage,
  refuseOverQuota,
  refuseReferenced,
} from "../rows/named-rows.ts";
import { deleteTagsOf, putTags, tagsOf } from "../rows/tags.ts";
import { deleteUser, findUser, insertUser, requireUser, setUser } from "../rows/users.ts";
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
      authorize: (input, context) =>
        onNew(
          context,
          "user",
          { path: input.Path, name: required(input.UserName, "userName") },
          { ...boundaryKey(input.PermissionsBoundary), ...requestTags(input.Tags) },
        ),
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
    GetUser: {
      authorize: (input, context) => {
        const { principal } = context.caller;
        if (input.UserName === undefined && principal.kind === "root")
          return { action: "iam:GetUser", resource: principal.arn };
        return onOwner(context, "user", input.UserName ?? requireCallerUserName(context));
      },
      handle: (input, context) => getUser(input.UserName, context),
    },
    ListUsers: {
      authorize: (input, context) => onList(context, "user", input.PathPrefix),
      handle: async (input, context) => {
        const page = await readNamedPage("iam_users", context, input);
        return { Users: page.items.map(userSummary), ...page.output };
      },
    },
    UpdateUser: {
      authorize: async (input, context) => {
        const name = required(input.UserName, "userName");
        const present = await onOwner(context, "user", name);
        if (input.NewUserName === undefined && input.NewPath === undefined) return present;
        // Moving a user must be allowed where it is and where it goes.
        const path = input.NewPath ?? pathOfArn(present.resource);
        const moved = onNew(context, "user", { path, name: input.NewUserName ?? name });
        return [present, moved];
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const user = await requireUser(db, accountId, required(input.UserName, "userName"));
          const name = input.NewUserName ?? user.user_name;
          if (name.toLowerCase() !== user.name_key) await refuseTakenName(db, accountId, name);
          await setUser(db, user.user_id, {
            user_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? user.path,
          });
          return {};
        }),
    },
    DeleteUser: {
      authorize: (input, context) => onOwner(context, "user", required(input.UserName, "userName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.UserName, "userName");
          const user = await requireUser(db, context.accountId, name);
          await refuseReferenced(db, user.user_id, REFERENCES);
          await deleteTagsOf(db, user.user_id);
          await deleteAccessesOf(db, user.user_id);
          await deleteUser(db, user.user_id);
          return {};
        }),
    },
  });
}

async function getUser(name: string | undefined, context: RequestContext) {
  const { principal } = context.caller;
  const db = context.db<IamTables>();
  if (name === undefined && principal.kind === "root") {
    const account = await findAccount(db, principal.accountId);
    const User = {
      // AWS's answer for the root user has neither path nor name.
      Path: undefined,
      UserName: undefined,
      UserId: principal.accountId,
      Arn: principal.arn,
      CreateDate: new Date(account?.created_ms ?? 0),
    };
    return { User };
  }
  const user = await requireUser(db, context.accountId, name ?? requireCallerUserName(context));
  return {
    User: {
      ...userSummary(user),
      ...boundaryMember(user.boundary_arn),
      ...tagsMember(await tagsOf(db, user.user_id)),
    },
  };
}

async function createUser(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  input: iam.CreateUserRequest,
  boundaryArn: string | null,
): Promise<UserRow> {
  const name = required(input.UserName, "userName");
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

function boundaryKey(arn: string | undefined): ContextEntries {
  return arn === undefined ? {} : { "iam:permissionsboundary": arn };
}

/** `/team/` of `arn:aws:iam::…:user/team/alice`. */
function pathOfArn(arn: string): string {
  return arn.slice(arn.indexOf("/"), arn.lastIndexOf("/") + 1);
}
