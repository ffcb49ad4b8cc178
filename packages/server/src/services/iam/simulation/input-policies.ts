import {
  type CompiledPolicy,
  compilePolicy,
  PolicyCompileError,
  type PolicySource,
} from "@rolecast/policy";
import { invalidInput } from "../errors.ts";

/**
 * A policy that comes with a request. It needs no version, and what its conditions ask for may be
 * anything, unlike in one that is saved. @throws InvalidInput with what is wrong with it
 */
export function compileInput(text: string, source: PolicySource): CompiledPolicy {
  try {
    return compilePolicy(text, source);
  } catch (error) {
    if (error instanceof PolicyCompileError) throw invalidInput(`${source.id}: ${error.message}`);
    throw error;
  }
}
