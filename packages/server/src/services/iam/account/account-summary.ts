import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { onAccount } from "../identities/authorization.ts";
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
import { accessKeysOf } from "../rows/access-keys.ts";
import { countMfaDevicesInUse } from "../rows/mfa-devices.ts";
import { countRows } from "../rows/named-rows.ts";
import { usedPolicies } from "../rows/used-policies.ts";
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

/** This server has none of these: the operations that would make them are refused. */
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
            Users: await countRows(db, "iam_users", accountId),
            Groups: await countRows(db, "iam_groups", accountId),
            Roles: await countRows(db, "iam_roles", accountId),
            InstanceProfiles: await countRows(db, "iam_instance_profiles", accountId),
            Policies: await countRows(db, "iam_policies", accountId),
            // One version, the default, of each managed policy that something has.
            PolicyVersionsInUse: (await usedPolicies(db, accountId)).size,
            MFADevices: await countRows(db, "iam_mfa_devices", accountId),
            MFADevicesInUse: await countMfaDevicesInUse(db, accountId),
            Providers:
              (await countRows(db, "iam_oidc_providers", accountId)) +
              (await countRows(db, "iam_saml_providers", accountId)),
            ServerCertificates: await countRows(db, "iam_server_certificates", accountId),
            AccountAccessKeysPresent: (await accessKeysOf(db, accountId)).length > 0 ? 1 : 0,
            GlobalEndpointTokenVersion: GLOBAL_ENDPOINT_TOKEN_VERSION,
            ...ABSENT,
            ...QUOTAS,
          },
        };
      },
    },
  });
}
