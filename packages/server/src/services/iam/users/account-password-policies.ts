import type * as iam from "@aws-sdk/client-iam";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchEntity } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import {
  deletePasswordPolicy,
  findPasswordPolicy,
  type PasswordPolicy,
  replacePasswordPolicy,
} from "../rows/password-policies.ts";
import type { IamTables, PasswordPolicyRow } from "../tables.ts";

/** Source: UpdateAccountPasswordPolicy, `MinimumPasswordLength`. */
const DEFAULT_MINIMUM_LENGTH = 6;

export function accountPasswordPolicyOperations() {
  return defineOperations<typeof iam>()({
    GetAccountPasswordPolicy: {
      authorize: (_input, context) => unlessGivenToUsers(onAccount(context), context),
      handle: async (_input, context) => {
        const policy = await findPasswordPolicy(context.db<IamTables>(), context.accountId);
        if (!policy)
          throw noSuchEntity(
            `The Password Policy with domain name ${context.accountId} cannot be found.`,
          );
        return { PasswordPolicy: shown(policy) };
      },
    },
    UpdateAccountPasswordPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: (input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          await replacePasswordPolicy(db, rowOf(context.accountId, input));
          return {};
        }),
    },
    DeleteAccountPasswordPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: (_input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          if (!(await deletePasswordPolicy(db, context.accountId)))
            throw noSuchEntity("The account policy with name PasswordPolicy cannot be found.");
          return {};
        }),
    },
  });
}

/**
 * `AllowUsersToChangePassword` gives every user two permissions without a policy of theirs: to
 * change the own password and to read the policy that it must conform to. A deny still counts.
 */
export async function unlessGivenToUsers(
  authorization: Authorization,
  context: RequestContext,
): Promise<Authorization> {
  const { principal } = context.caller;
  if (principal.kind !== "user") return authorization;
  const policy = await findPasswordPolicy(context.db<IamTables>(), context.accountId);
  if (!policy?.users_may_change) return authorization;
  const { action, resource } = authorization;
  const statement = {
    Effect: "Allow",
    Principal: { AWS: principal.id },
    Action: action,
    Resource: resource,
  };
  return {
    ...authorization,
    resourcePolicy: {
      id: `password policy of ${context.accountId}`,
      kind: "resource",
      text: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    },
  };
}

/** Members that an update leaves out go back to their defaults: updates aren't partial. */
function rowOf(
  accountId: string,
  input: iam.UpdateAccountPasswordPolicyRequest,
): PasswordPolicyRow {
  return {
    account_id: accountId,
    minimum_length: input.MinimumPasswordLength ?? DEFAULT_MINIMUM_LENGTH,
    require_symbols: Number(input.RequireSymbols ?? false),
    require_numbers: Number(input.RequireNumbers ?? false),
    require_uppercase: Number(input.RequireUppercaseCharacters ?? false),
    require_lowercase: Number(input.RequireLowercaseCharacters ?? false),
    users_may_change: Number(input.AllowUsersToChangePassword ?? false),
    max_age_days: input.MaxPasswordAge ?? null,
    reuse_prevention: input.PasswordReusePrevention ?? null,
    hard_expiry: input.HardExpiry === undefined ? null : Number(input.HardExpiry),
  };
}

function shown(policy: PasswordPolicy): iam.PasswordPolicy {
  return {
    MinimumPasswordLength: policy.minimum_length,
    RequireSymbols: policy.require_symbols === 1,
    RequireNumbers: policy.require_numbers === 1,
    RequireUppercaseCharacters: policy.require_uppercase === 1,
    RequireLowercaseCharacters: policy.require_lowercase === 1,
    AllowUsersToChangePassword: policy.users_may_change === 1,
    ExpirePasswords: policy.max_age_days !== null,
    ...(policy.max_age_days === null ? {} : { MaxPasswordAge: policy.max_age_days }),
    ...(policy.reuse_prevention === null
      ? {}
      : { PasswordReusePrevention: policy.reuse_prevention }),
    ...(policy.hard_expiry === null ? {} : { HardExpiry: policy.hard_expiry === 1 }),
  };
}
