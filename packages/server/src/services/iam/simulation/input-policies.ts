import {
  type CompiledPolicy,
  compilePolicy,
  PolicyCompileError,
  type PolicySource,
} from "@rolecast/policy";
import { invalidInput } from "../errors.ts";

/**
 * Compiles a policy that comes with a request. Unlike a stored one, it needs no version, and its
 * conditions may ask for anything. @throws InvalidInput that names the problem
 */
export function compileInput(text: string, source: PolicySource): CompiledPolicy {
  try {
    return compilePolicy(text, source);
  } catch (error) {
    if (error instanceof PolicyCompileError) throw invalidInput(`${source.id}: ${error.message}`);
    throw error;
  }
}
