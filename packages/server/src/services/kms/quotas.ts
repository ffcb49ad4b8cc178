/** Source: KMS developer guide, "Resource quotas". */
export const KEYS_PER_REGION = 100_000;
export const ALIASES_PER_KEY = 50;
export const GRANTS_PER_KEY = 50_000;
export const KEY_POLICY_BYTES_MAX = 32 * 1024;
export const ON_DEMAND_ROTATIONS_MAX = 25;
/** Source: API reference, TagResource. */
export const TAGS_PER_KEY = 50;
