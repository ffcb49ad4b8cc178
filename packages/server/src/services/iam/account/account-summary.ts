import type * as iam from "@aws-sdk/client-iam";
import type { Kysely } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { onAccount } from "../authorization.ts";
import { usageOfPolicies } from "../policies/policy-queries.ts";
import {
  ACCESS_KEYS_PER_USER,
  ATTACHED_POLICIES_MAX,
  GROUPS_PER_ACCOUNT,
  GROUPS_PER_USER,
  INLINE_POLICIES_SIZE,
  INSTANCE_PROFILES_PER_ACCOUNT,
  MANAGED_POLICY_SIZE,
  POLICIES_PER_ACCOUNT,
  ROLES_PER_ACCOUNT,
  SERVER_CERTIFICATES_PER_ACCOUNT,
  SIGNING_CERTIFICATES_PER_USER,
  TRUST_POLICY_SIZE,
  USERS_PER_ACCOUNT,
  VERSIONS_PER_POLICY,
} from "../quotas.ts";
import type { IamTables } from "../tables.ts";

/** Source: IAM User Guide, "IAM and AWS STS quotas", and the example of GetAccountSummary. */
const QUOTAS = {
  AccessKeysPerUserQuota: ACCESS_KEYS_PER_USER,
  AssumeRolePolicySizeQuota: TRUST_POLICY_SIZE,
  AttachedPoliciesPerGroupQuota: ATTACHED_POLICIES_MAX,
  AttachedPoliciesPerRoleQuota: ATTACHED_POLICIES_MAX,
  AttachedPoliciesPerUserQuota: ATTACHED_POLICIES_MAX,
  GroupPolicySizeQuota: INLINE_POLICIES_SIZE.group,
  GroupsPerUserQuota: GROUPS_PER_USER,
  GroupsQuota: GROUPS_PER_ACCOUNT,
  InstanceProfilesQuota: INSTANCE_PROFILES_PER_ACCOUNT,
  PoliciesQuota: POLICIES_PER_ACCOUNT,
  PolicySizeQuota: MANAGED_POLICY_SIZE,
  PolicyVersionsInUseQuota: 10_000,
  RolePolicySizeQuota: INLINE_POLICIES_SIZE.role,
  RolesQuota: ROLES_PER_ACCOUNT,
  ServerCertificatesQuota: SERVER_CERTIFICATES_PER_ACCOUNT,
  SigningCertificatesPerUserQuota: SIGNING_CERTIFICATES_PER_USER,
  UserPolicySizeQuota: INLINE_POLICIES_SIZE.user,
  UsersQuota: USERS_PER_ACCOUNT,
  VersionsPerPolicyQuota: VERSIONS_PER_POLICY,
} as const;

/** What this server has none of, as the operations say that make them. */
const ABSENT = {
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
} as const;

/** Tokens of the global endpoint that are valid in the Regions enabled by default. */
const GLOBAL_ENDPOINT_TOKEN_VERSION = 1;

export function accountSummaryOperations() {
  return defineOperations<typeof iam>()({
    GetAccountSummary: {
      authorize: (_input, context) => onAccount(context),
      handle: async (_input, context) => {
        const db = context.db<IamTables>();
        const { accountId } = context;
        return {
          SummaryMap: {
            Users: await count(db, "iam_users", accountId),
            Groups: await count(db, "iam_groups", accountId),
            Roles: await count(db, "iam_roles", accountId),
            InstanceProfiles: await count(db, "iam_instance_profiles", accountId),
            Policies: await count(db, "iam_policies", accountId),
            // One version, the default, of each managed policy that something has.
            PolicyVersionsInUse: (await usageOfPolicies(db, accountId)).size,
            MFADevices: await count(db, "iam_mfa_devices", accountId),
            MFADevicesInUse: await mfaDevicesInUse(db, accountId),
            Providers:
              (await count(db, "iam_oidc_providers", accountId)) +
              (await count(db, "iam_saml_providers", accountId)),
            ServerCertificates: await count(db, "iam_server_certificates", accountId),
            AccountAccessKeysPresent: await count(db, "iam_accounts", accountId),
            GlobalEndpointTokenVersion: GLOBAL_ENDPOINT_TOKEN_VERSION,
            ...ABSENT,
            ...QUOTAS,
          },
        };
      },
    },
  });
}

type Counted =
  | "iam_users"
  | "iam_groups"
  | "iam_roles"
  | "iam_instance_profiles"
  | "iam_policies"
  | "iam_mfa_devices"
  | "iam_oidc_providers"
  | "iam_saml_providers"
  | "iam_server_certificates"
  | "iam_accounts";

async function count(db: Kysely<IamTables>, table: Counted, accountId: string): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("account_id", "=", accountId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function mfaDevicesInUse(db: Kysely<IamTables>, accountId: string): Promise<number> {
  const row = await db
    .selectFrom("iam_mfa_devices")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("account_id", "=", accountId)
    .where("user_id", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
