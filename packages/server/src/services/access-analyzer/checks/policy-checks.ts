import { checkAccessNotGranted, checkNoNewAccess, checkNoPublicAccess } from "./custom-checks.ts";
import { validatePolicy } from "./validate-policy.ts";

/** The checks of policies by their operations' names. They need nothing but their input. */
export const POLICY_CHECKS = {
  CheckNoNewAccess: checkNoNewAccess,
  CheckAccessNotGranted: checkAccessNotGranted,
  CheckNoPublicAccess: checkNoPublicAccess,
  ValidatePolicy: validatePolicy,
};

export type CheckName = keyof typeof POLICY_CHECKS;
export type CheckInput<Name extends CheckName> = Parameters<(typeof POLICY_CHECKS)[Name]>[0];
export type CheckOutput<Name extends CheckName> = Awaited<ReturnType<(typeof POLICY_CHECKS)[Name]>>;
