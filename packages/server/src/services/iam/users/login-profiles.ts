import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  accessDenied,
  alreadyExists,
  invalidUserType,
  noSuchEntity,
  passwordPolicyViolation,
  temporarilyUnmodifiable,
} from "../errors.ts";
import { onOwner } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { required } from "../required.ts";
import {
  deleteLoginProfile,
  findLoginProfile,
  insertLoginProfile,
  type LoginProfile,
  setLoginProfile,
} from "../rows/login-profiles.ts";
import { findPasswordPolicy } from "../rows/password-policies.ts";
import { requireUser } from "../rows/users.ts";
import type { Db, IamTables, LoginProfileRow } from "../tables.ts";
import { unlessGivenToUsers } from "./account-password-policies.ts";
import { hashPassword, passwordMatches } from "./password-hash.ts";
import { checkPassword, REMEMBERED_PASSWORDS_MAX } from "./password-policy.ts";

interface NamedInput {
  readonly UserName?: string | undefined;
}

/*
 * Hashing takes a fifth of a second on purpose. It happens before the transaction, which would
 * otherwise hold up every other writer.
 */

export function loginProfileOperations() {
  return defineOperations<typeof iam>()({
    CreateLoginProfile: {
      authorize: onProfileOf,
      handle: async (input, context) => {
        const name = nameIn(input, context);
        const password = required(input.Password, "password");
        await requireUser(context.db<IamTables>(), context.accountId, name);
        checkPassword(password, await policyOf(context));
        const hash = await hashPassword(password);
        return context.transaction<IamTables, iam.CreateLoginProfileResponse>(async ({ db }) => {
          const user = await requireUser(db, context.accountId, name);
          if (await findLoginProfile(db, user.user_id))
            throw alreadyExists(`Login Profile for user ${name}`);
          const profile: LoginProfileRow = {
            account_id: context.accountId,
            user_id: user.user_id,
            password_hash: hash,
            previous_hashes: "[]",
            reset_required: Number(input.PasswordResetRequired ?? false),
            created_ms: context.nowMs,
            changed_ms: context.nowMs,
          };
          await insertLoginProfile(db, profile);
          return { LoginProfile: shown(profile, name) };
        });
      },
    },
    GetLoginProfile: {
      authorize: onProfileOf,
      handle: async (input, context) => {
        const name = nameIn(input, context);
        const profile = await requireProfile(context.db<IamTables>(), context.accountId, name);
        return { LoginProfile: shown(profile, name) };
      },
    },
    UpdateLoginProfile: {
      authorize: onProfileOf,
      handle: async (input, context) => {
        const name = nameIn(input, context);
        const profile = await requireProfile(context.db<IamTables>(), context.accountId, name);
        const reset = input.PasswordResetRequired;
        await save(context, name, profile, {
          ...(input.Password === undefined
            ? {}
            : await passwordColumns(context, profile, input.Password)),
          ...(reset === undefined ? {} : { reset_required: Number(reset) }),
        });
        return {};
      },
    },
    DeleteLoginProfile: {
      authorize: onProfileOf,
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const profile = await requireProfile(db, context.accountId, nameIn(input, context));
          await deleteLoginProfile(db, profile.user_id);
          return {};
        }),
    },
    ChangePassword: {
      authorize: async (_input, context) => {
        const { principal } = context.caller;
        if (principal.kind !== "user") return onCaller(context);
        return unlessGivenToUsers(await onOwner(context, "user", principal.userName), context);
      },
      handle: async (input, context) => {
        const { principal } = context.caller;
        if (principal.kind !== "user")
          throw invalidUserType("Only IAM Users can change their own password");
        const name = principal.userName;
        const profile = await requireProfile(context.db<IamTables>(), context.accountId, name);
        const old = required(input.OldPassword, "oldPassword");
        if (!(await passwordMatches(old, profile.password_hash)))
          throw accessDenied("The old password was incorrect.");
        const password = required(input.NewPassword, "newPassword");
        if (password === old) throw accessDenied("The new password must not be the old one.");
        const columns = await passwordColumns(context, profile, password);
        await save(context, name, profile, { ...columns, reset_required: 0 });
        return {};
      },
    },
  });
}

function onProfileOf(input: NamedInput, context: RequestContext) {
  const { principal } = context.caller;
  if (principal.kind === "root" && input.UserName === undefined)
    return { action: `iam:${context.operation}`, resource: principal.arn };
  return onOwner(context, "user", nameIn(input, context));
}

/** For callers who aren't users: they are refused in the handler, in AWS's words. */
function onCaller(context: RequestContext) {
  const { principal } = context.caller;
  const resource = "arn" in principal ? principal.arn : "*";
  return { action: "iam:ChangePassword", resource };
}

/** @throws NoSuchEntity when root means itself: it has no password here */
function nameIn(input: NamedInput, context: RequestContext): string {
  if (input.UserName === undefined && context.caller.principal.kind === "root")
    throw noSuchEntity(`Login Profile for User ${context.accountId} cannot be found.`);
  return input.UserName ?? requireCallerUserName(context);
}

function policyOf(context: RequestContext) {
  return findPasswordPolicy(context.db<IamTables>(), context.accountId);
}

/** @throws NoSuchEntity for a missing user and for one without a password */
async function requireProfile(db: Db, accountId: string, name: string): Promise<LoginProfile> {
  const user = await requireUser(db, accountId, name);
  const profile = await findLoginProfile(db, user.user_id);
  if (!profile) throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
  return profile;
}

/** The columns of a new password, checked. @throws PasswordPolicyViolation */
async function passwordColumns(context: RequestContext, profile: LoginProfile, password: string) {
  const policy = await policyOf(context);
  checkPassword(password, policy);
  const hashes = [profile.password_hash, ...(JSON.parse(profile.previous_hashes) as string[])];
  for (const hash of hashes.slice(0, policy?.reuse_prevention ?? 0))
    if (await passwordMatches(password, hash)) throw passwordPolicyViolation();
  return {
    password_hash: await hashPassword(password),
    previous_hashes: JSON.stringify(hashes.slice(0, REMEMBERED_PASSWORDS_MAX)),
    changed_ms: context.nowMs,
  };
}

/** Writes what was worked out for `seen`, unless somebody else has changed the profile meanwhile. */
async function save(
  context: RequestContext,
  name: string,
  seen: LoginProfile,
  columns: Partial<LoginProfileRow>,
): Promise<void> {
  if (Object.keys(columns).length === 0) return;
  const isWritten = await context.transaction<IamTables, boolean>(({ db }) =>
    setLoginProfile(db, seen, columns),
  );
  if (!isWritten)
    throw temporarilyUnmodifiable(
      `Login Profile for User ${name} cannot be modified while it is being changed.`,
    );
}

function shown(profile: LoginProfileRow, name: string): iam.LoginProfile {
  return {
    UserName: name,
    CreateDate: new Date(profile.created_ms),
    PasswordResetRequired: profile.reset_required === 1,
  };
}
