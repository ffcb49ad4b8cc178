import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import type { Checked } from "../../../kernel/checked.ts";
import { invalidPolicyAttribute, validation } from "../errors.ts";
import {
  policiesAfterChange,
  policiesOf,
  readPolicies,
  type StoredPolicy,
} from "../policies/parameter-policies.ts";
import type { ParameterTier, ParameterType, VersionRow } from "../tables.ts";
import { checkPattern } from "../values/allowed-pattern.ts";
import { DEFAULT_KEY } from "../values/secure-string.ts";
import { checkSize, checkValue, isLarge } from "../values/value-size.ts";

export type PutParameterInput = Checked<PutParameterCommandInput>;

/** A version as it will be written, before its value is encrypted. */
export type VersionPlan = Omit<
  VersionRow,
  "parameter_id" | "version" | "policies" | "modified_ms" | "modified_by"
> & { readonly policies: readonly StoredPolicy[] };

const DATA_TYPES = ["text", "aws:ssm:integration"];
const DOWNGRADE =
  "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the " +
  "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the " +
  "advanced parameter and recreate it as a standard parameter.";

/**
 * The new version that a request asks for. What it leaves out stays as it was in `before`, the
 * newest version. Throws what SSM refuses.
 */
export function planVersion(
  input: PutParameterInput,
  before: VersionRow | undefined,
  nowMs: number,
): VersionPlan {
  const { Value: value, Description, AllowedPattern, DataType } = input;
  const type = typeOf(input, before);
  checkValue(value);
  const policies = policiesOfNew(input, before, nowMs);
  const tier = tierOf(input, before?.tier, policies.length > 0);
  checkSize(value, tier);
  const allowed_pattern = (AllowedPattern ?? before?.allowed_pattern) || null;
  if (allowed_pattern)
    checkPattern(allowed_pattern, type === "StringList" ? value.split(",") : [value]);
  return {
    type,
    tier,
    value,
    key_id: keyOf(input, type, before),
    description: (Description ?? before?.description) || null,
    allowed_pattern,
    data_type: dataTypeOf(DataType ?? before?.data_type ?? "text"),
    policies,
  };
}

function typeOf({ Type }: PutParameterInput, before: VersionRow | undefined): ParameterType {
  const type = Type ?? before?.type;
  if (type === undefined)
    throw validation("A parameter type is required when you create a parameter.");
  return type;
}

function keyOf({ KeyId }: PutParameterInput, type: ParameterType, before?: VersionRow) {
  if (type === "SecureString") return KeyId ?? before?.key_id ?? DEFAULT_KEY;
  if (KeyId !== undefined)
    throw validation("KeyId is required for SecureString type parameter only.");
  return null;
}

function tierOf(
  { Tier, Value }: PutParameterInput,
  before: ParameterTier | undefined,
  hasPolicies: boolean,
): ParameterTier {
  if (Tier === "Intelligent-Tiering")
    return isLarge(Value) || hasPolicies || before === "Advanced" ? "Advanced" : "Standard";
  const tier = Tier ?? before ?? "Standard";
  if (tier === "Advanced") return tier;
  if (before === "Advanced") throw validation(DOWNGRADE);
  if (hasPolicies)
    throw invalidPolicyAttribute("Parameter policies need the advanced-parameter tier.");
  return tier;
}

function policiesOfNew(
  { Policies }: PutParameterInput,
  before: VersionRow | undefined,
  nowMs: number,
) {
  if (Policies !== undefined) return readPolicies(Policies, nowMs);
  return before ? policiesAfterChange(policiesOf(before), nowMs) : [];
}

function dataTypeOf(dataType: string): string {
  if (DATA_TYPES.includes(dataType)) return dataType;
  if (dataType === "aws:ec2:image")
    throw validation(
      "Rolecast doesn't support the data type aws:ec2:image: it has no images to look for.",
    );
  throw validation(
    `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
  );
}
