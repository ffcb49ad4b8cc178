/** Source: AWS General Reference, "AWS Systems Manager endpoints and quotas", Parameter Store. */
export const STANDARD_PARAMETERS_MAX = 10_000;
export const ADVANCED_PARAMETERS_MAX = 100_000;
export const VERSIONS_MAX = 100;
export const LABELS_PER_VERSION = 10;
export const POLICIES_PER_PARAMETER = 10;
export const STANDARD_VALUE_MAX = 4096;
export const ADVANCED_VALUE_MAX = 8192;
export const HIERARCHY_LEVELS_MAX = 15;
/** With the ARN before it. Source: API reference, PutParameter, Name. */
export const NAME_WITH_ARN_MAX = 1011;
/** Source: Systems Manager user guide, "Tagging Systems Manager resources". */
export const TAGS_PER_PARAMETER = 50;
