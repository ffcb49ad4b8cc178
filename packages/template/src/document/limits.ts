/*
 * What a template may hold: the CloudFormation User Guide's page "Understand CloudFormation
 * quotas", but for the last three, which keep a hostile template from taking time or memory.
 */

/** A template's text, also after its macros; requests carry less, files in S3 so much. */
export const MAX_TEMPLATE_BYTES = 1_000_000;
export const MAX_RESOURCES = 500;
export const MAX_PARAMETERS = 200;
export const MAX_OUTPUTS = 200;
export const MAX_MAPPINGS = 200;
export const MAX_MAPPING_ATTRIBUTES = 200;
export const MAX_NAME_LENGTH = 255;
export const MAX_DESCRIPTION_BYTES = 1_024;
export const MAX_PARAMETER_VALUE_LENGTH = 4_096;

/** Texts, numbers, lists and maps: 500 resources have ten to thirty thousand. */
export const MAX_VALUES = 50_000;
/** Lists and maps inside each other; templates need about twenty. */
export const MAX_NESTING = 100;
/** Characters that the functions of one resource may make. */
export const MAX_CHARACTERS_MADE = 1_048_576;
