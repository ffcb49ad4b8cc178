/*
 * Source of all: IAM User Guide, "IAM and AWS STS quotas". Names are those of AWS's messages.
 */
export const USERS_PER_ACCOUNT = 5000;
export const GROUPS_PER_ACCOUNT = 300;
export const ROLES_PER_ACCOUNT = 1000;
export const INSTANCE_PROFILES_PER_ACCOUNT = 1000;
export const POLICIES_PER_ACCOUNT = 1500;
export const ACCESS_KEYS_PER_USER = 2;
export const GROUPS_PER_USER = 10;
/** Managed policies attached to one user, group or role. */
export const ATTACHED_POLICIES_MAX = 10;
export const VERSIONS_PER_POLICY = 5;
export const TAGS_PER_RESOURCE = 50;
export const OIDC_PROVIDERS_PER_ACCOUNT = 100;
export const CLIENT_IDS_PER_OIDC_PROVIDER = 100;
/** Source: CreateOpenIDConnectProvider, `ThumbprintList`. */
export const THUMBPRINTS_PER_OIDC_PROVIDER = 5;
export const SAML_PROVIDERS_PER_ACCOUNT = 100;
/** Two are enough to change from one to the next. */
export const PRIVATE_KEYS_PER_SAML_PROVIDER = 2;
export const SERVER_CERTIFICATES_PER_ACCOUNT = 20;
export const MFA_DEVICES_PER_USER = 8;
export const SSH_PUBLIC_KEYS_PER_USER = 5;
export const SIGNING_CERTIFICATES_PER_USER = 2;
/** The quota is for one service; source: CreateServiceSpecificCredential. */
export const SERVICE_SPECIFIC_CREDENTIALS_PER_USER = 2;

/** Characters without white space, in one document. */
export const MANAGED_POLICY_SIZE = 6144;
export const TRUST_POLICY_SIZE = 2048;
/** Characters without white space, of all inline policies of one owner together. */
export const INLINE_POLICIES_SIZE = { user: 2048, group: 5120, role: 10_240 } as const;

/** Seconds; source: CreateRole, `MaxSessionDuration`. */
export const DEFAULT_MAX_SESSION_DURATION_S = 3600;
