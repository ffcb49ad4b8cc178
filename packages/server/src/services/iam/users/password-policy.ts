import { passwordPolicyViolation } from "../errors.ts";
import type { PasswordPolicy } from "../rows/password-policies.ts";

/** Source: PasswordPolicy, `RequireSymbols`. */
const SYMBOLS = /[!@#$%^&*()_+\-=[\]{}|']/;
const NUMBERS = /[0-9]/;
const UPPERCASE = /[A-Z]/;
const LOWERCASE = /[a-z]/;

/** Source of both: IAM User Guide, "Default password policy". */
const DEFAULT_MINIMUM_LENGTH = 8;
const DEFAULT_CHARACTER_KINDS = 3;
/** Source: IAM User Guide, "Custom password policy options". */
export const REMEMBERED_PASSWORDS_MAX = 24;

/** @throws PasswordPolicyViolation, which doesn't say in what way */
export function checkPassword(password: string, policy: PasswordPolicy | undefined): void {
  if (!conforms(password, policy)) throw passwordPolicyViolation();
}

function conforms(password: string, policy: PasswordPolicy | undefined): boolean {
  if (policy === undefined) {
    const kinds = [SYMBOLS, NUMBERS, UPPERCASE, LOWERCASE].filter((kind) => kind.test(password));
    return password.length >= DEFAULT_MINIMUM_LENGTH && kinds.length >= DEFAULT_CHARACTER_KINDS;
  }
  const required = [
    [policy.require_symbols, SYMBOLS],
    [policy.require_numbers, NUMBERS],
    [policy.require_uppercase, UPPERCASE],
    [policy.require_lowercase, LOWERCASE],
  ] as const;
  return (
    password.length >= policy.minimum_length &&
    required.every(([wanted, kind]) => wanted === 0 || kind.test(password))
  );
}
