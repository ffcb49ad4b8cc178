import {
  policySizeWithoutWhitespace,
  type ValidateOptions,
  validatePolicy,
} from "@rolecast/policy";
import { AwsError } from "../../../kernel/aws-error.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { LinkedRoleTemplates } from "../catalogue/linked-role-templates.ts";
import { isServicePrincipal } from "../catalogue/service-principals.ts";
import { quotaExceeded } from "../errors.ts";
import { MANAGED_POLICY_SIZE, TRUST_POLICY_SIZE } from "../quotas.ts";

/** Refuses a document that IAM refuses, in IAM's words. @throws MalformedPolicyDocument */
export function checkPolicy(
  text: string,
  kind: "managed" | "inline" | "trust",
  options: ValidateOptions = {},
): void {
  const [finding] = validatePolicy(text, kind, options);
  if (finding) throw new AwsError(finding.errorCode, finding.message, { status: 400 });
}

/** @throws MalformedPolicyDocument, LimitExceeded */
export function checkManagedPolicy(text: string): void {
  checkPolicy(text, "managed");
  if (policySizeWithoutWhitespace(text) > MANAGED_POLICY_SIZE)
    throw quotaExceeded("PolicySize", MANAGED_POLICY_SIZE);
}

/** Trust policies are few and repeated: most roles of an account have the same. */
const PASSED_MAX = 256;
const passed = new WeakMap<object, LruMap<string, true>>();

/** @throws MalformedPolicyDocument, LimitExceeded */
export function checkTrustPolicy(
  text: string,
  { templates }: { readonly templates: Pick<LinkedRoleTemplates, "find"> },
): void {
  let known = passed.get(templates);
  if (!known) {
    known = new LruMap(PASSED_MAX);
    passed.set(templates, known);
  }
  if (known.get(text)) return;
  checkPolicy(text, "trust", {
    isServicePrincipal: (name) => isServicePrincipal(templates, name),
  });
  if (policySizeWithoutWhitespace(text) > TRUST_POLICY_SIZE)
    throw quotaExceeded("ACLSizePerRole", TRUST_POLICY_SIZE);
  // White space doesn't count for the quota, and isn't kept here.
  if (text.length <= TRUST_POLICY_SIZE) known.set(text, true);
}
