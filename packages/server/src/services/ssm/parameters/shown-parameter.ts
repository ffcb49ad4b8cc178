import type { RequestContext } from "../../../kernel/request-context.ts";
import { parameterArn } from "../names/parameter-name.ts";
import { shownPolicies } from "../policies/parameter-policies.ts";
import type { ParameterPlace, VersionRow } from "../tables.ts";
import { decryptValue } from "../values/secure-string.ts";

/** A version with the name that answers give its parameter. */
export interface Shown extends ParameterPlace {
  readonly name: string;
  readonly version: VersionRow;
  readonly selector?: string | undefined;
}

/** Its form in GetParameter and its kin. Rejects if the caller may not decrypt it. */
export async function shownValue(
  shown: Shown,
  withDecryption: boolean | undefined,
  context: RequestContext,
) {
  const { name, version, selector } = shown;
  return {
    Name: name,
    Type: version.type,
    Value: withDecryption ? await decryptValue(version, shown, context) : version.value,
    Version: version.version,
    ...(selector === undefined ? {} : { Selector: `:${selector}` }),
    LastModifiedDate: new Date(version.modified_ms),
    ARN: parameterArn(shown),
    DataType: version.data_type,
  };
}

/** Its facts in DescribeParameters and in the history: all but the value. */
export function shownFacts(name: string, version: VersionRow) {
  const { type, key_id, description, allowed_pattern } = version;
  return {
    Name: name,
    Type: type,
    ...(key_id === null ? {} : { KeyId: key_id }),
    LastModifiedDate: new Date(version.modified_ms),
    LastModifiedUser: version.modified_by,
    ...(description === null ? {} : { Description: description }),
    ...(allowed_pattern === null ? {} : { AllowedPattern: allowed_pattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: shownPolicies(version),
    DataType: version.data_type,
  };
}
