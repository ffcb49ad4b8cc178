import { validation } from "../errors.ts";
import { ADVANCED_VALUE_MAX, STANDARD_VALUE_MAX } from "../quotas.ts";
import type { ParameterTier } from "../tables.ts";

/** AWS names this bound in its message about a value that no tier takes. */
const VALUE_MAX = 32_768;
const UPGRADE =
  "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. " +
  "For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/" +
  "parameter-store-advanced-parameters.html";

/**
 * Checks what holds for values of every type and tier. The message shows no value: it may be a
 * secret. Throws ValidationException.
 */
export function checkValue(value: string): void {
  if (value === "") throw outOfBounds("greater than or equal to 1");
  if (value.length > VALUE_MAX) throw outOfBounds(`less than or equal to ${VALUE_MAX}`);
  if (/\{\{[\s\S]*\}\}/.test(value))
    throw validation(
      `Parameter value can't nest another parameter. Do not use "{{}}" in the value.`,
    );
}

/** Whether a value needs the advanced tier. */
export function isLarge(value: string): boolean {
  return sizeOf(value) > STANDARD_VALUE_MAX;
}

/** Throws ValidationException for a value that is too large for its tier. */
export function checkSize(value: string, tier: ParameterTier): void {
  const max = tier === "Standard" ? STANDARD_VALUE_MAX : ADVANCED_VALUE_MAX;
  if (sizeOf(value) <= max) return;
  const support = `${tier} tier parameters support a maximum parameter value of ${max} characters.`;
  throw validation(tier === "Standard" ? `${support} ${UPGRADE}` : support);
}

/** Its bytes: the tiers are of 4 KB and 8 KB, and KMS encrypts 4 KB at most. */
function sizeOf(value: string): number {
  return Buffer.byteLength(value);
}

function outOfBounds(rule: string) {
  return validation(
    "1 validation error detected: Value at 'value' failed to satisfy constraint: " +
      `Member must have length ${rule}.`,
  );
}
