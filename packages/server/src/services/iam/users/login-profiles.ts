import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  accessDenied,
  alreadyExists,
  invalidUserType,
  missingMember,
  noSuchEntity,
  passwordPolicyViolation,
  temporarilyUnmodifiable,
} from "../errors.ts";
import { onOwner, onUserOrSelf } from "../identities/authorization.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import {
  deleteLoginProfile,
  findLoginProfile,
  insertLoginProfile,
  type LoginProfile,
  setLoginProfile,
} from "../rows/login-profiles.ts";
import { findPasswordPolicy } from "../rows/password-policies.ts";
import type { Db, IamTables, LoginProfileRow } from "../tables.ts";
import { unlessGivenToUsers } from "./account-password-policies.ts";
import { hashPassword, passwordMatches } from "./password-hash.ts";
import { checkPassword, REMEMBERED_PASSWORDS_MAX } from "./password-policy.ts";

/*
 * Hashing takes a fifth of a second on purpose. It happens before the transaction, which would
 * otherwise hold up every other writer.
 */

export function loginProfileOperations() {
  return defineOperations<typeof iam>()({
    CreateLoginProfile: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (input, context, subject) => {
        const named = refuseRoot(subject, context);
        if (input.Password === undefined) throw missingMember("password");
        const { id: userId } = existing(named);
        checkPassword(input.Password, await policyOf(context));
        const hash = await hashPassword(input.Password);
        return context.transaction<IamTables, iam.CreateLoginProfileResponse>(async ({ db }) => {
          await current(db, named);
          if (await findLoginProfile(db, userId))
            throw alreadyExists(`Login Profile for user ${named.name}`);
          const profile: LoginProfileRow = {
            account_id: context.accountId,
            user_id: userId,
            password_hash: hash,
            previous_hashes: "[]",
            reset_required: Number(input.PasswordResetRequired ?? false),
            created_ms: context.nowMs,
            changed_ms: context.nowMs,
          };
          await insertLoginProfile(db, profile);
          return { LoginProfile: shown(profile, named.name) };
        });
      },
    }),
    GetLoginProfile: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (_input, context, subject) => {
        const named = refuseRoot(subject, context);
        const profile = await requireProfile(context.db<IamTables>(), named);
        return { LoginProfile: shown(profile, named.name) };
      },
    }),
    UpdateLoginProfile: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (input, context, subject) => {
        const named = refuseRoot(subject, context);
        const profile = await requireProfile(context.db<IamTables>(), named);
        const reset = input.PasswordResetRequired;
        await save(context, named.name, profile, {
          ...(input.Password === undefined
            ? {}
            : await passwordColumns(context, profile, input.Password)),
          ...(reset === undefined ? {} : { reset_required: Number(reset) }),
        });
        return {};
      },
    }),
    DeleteLoginProfile: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: (_input, context, subject) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          const profile = await requireProfile(db, refuseRoot(subject, context));
          await deleteLoginProfile(db, profile.user_id);
          return {};
        }),
    }),
    ChangePassword: withSubject({
      authorize: async (_input, context) => {
        const { principal } = context.caller;
        if (principal.kind !== "user") return { pairs: onCaller(context), subject: undefined };
        const { pairs, subject } = await onOwner(context, "user", principal.userName);
        return { pairs: await unlessGivenToUsers(pairs, context), subject };
      },
      handle: async ({ OldPassword: old, NewPassword: password }, context, subject) => {
        if (!subject) throw invalidUserType("Only IAM Users can change their own password");
        const profile = await requireProfile(context.db<IamTables>(), subject);
        if (!(await passwordMatches(old, profile.password_hash)))
          throw accessDenied("The old password was incorrect.");
        if (password === old) throw accessDenied("The new password must not be the old one.");
        const columns = await passwordColumns(context, profile, password);
        await save(context, subject.name, profile, { ...columns, reset_required: 0 });
        return {};
      },
    }),
  });
}

/** Callers who aren't users are refused in the handler, in AWS's words. */
function onCaller(context: RequestContext) {
  const { principal } = context.caller;
  const resource = "arn" in principal ? principal.arn : "*";
  return { action: "iam:ChangePassword", resource };
}

/** @throws NoSuchEntity when root means itself: it has no password here */
function refuseRoot(
  subject: OwnerSubject<"user"> | undefined,
  context: RequestContext,
): OwnerSubject<"user"> {
  if (subject) return subject;
  throw noSuchEntity(`Login Profile for User ${context.accountId} cannot be found.`);
}

function policyOf(context: RequestContext) {
  return findPasswordPolicy(context.db<IamTables>(), context.accountId);
}

/** @throws NoSuchEntity for a missing user and for one without a password */
async function requireProfile(db: Db, user: OwnerSubject<"user">): Promise<LoginProfile> {
  const profile = await findLoginProfile(db, existing(user).id);
  if (!profile) throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
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

/** Writes the new columns, unless another request has changed the profile since it was `seen`. */
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
