import {
  type CompiledPolicy,
  compilePolicy,
  PolicyCompileError,
  type PolicySource,
  validatePolicy,
} from "@rolecast/policy";
import { invalidInput } from "../errors.ts";

/** Policies that come with a request rather than from the store. */

/** One that could be attached to an identity. @throws InvalidInput with what is wrong with it */
export function identityInput(text: string, source: PolicySource): CompiledPolicy {
  const [finding] = validatePolicy(text, "managed");
  if (finding) throw invalidInput(`${source.id}: ${finding.message}`);
  return compileInput(text, source);
}

/** One of any kind. @throws InvalidInput with what is wrong with it */
export function compileInput(text: string, source: PolicySource): CompiledPolicy {
  try {
    return compilePolicy(text, source);
  } catch (error) {
    if (error instanceof PolicyCompileError) throw invalidInput(`${source.id}: ${error.message}`);
    throw error;
  }
}
