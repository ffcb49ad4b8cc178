import { type CompiledPolicy, contextKeysOf } from "@rolecast/policy";

/** The condition keys of tags of principals that policies look at. */
export function principalTagKeys(policies: readonly CompiledPolicy[]): readonly string[] {
  const keys = policies.flatMap(({ text }) => (TAG.test(text) ? contextKeysOf(text) : []));
  return keys.filter((key) => key.startsWith(TAG_PREFIX));
}

const TAG = /aws:PrincipalTag\//i;
export const TAG_PREFIX = "aws:principaltag/";
