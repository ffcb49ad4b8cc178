import { validatePolicy } from "@rolecast/policy";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { Eventual } from "../../kernel/when-known.ts";
import { SESSION_POLICY_ARNS_MAX } from "./constraints.ts";
import { malformedPolicyDocument, validationError } from "./errors.ts";

const NO_ARNS: readonly string[] = [];

/** The policies in the input of the operations that make sessions. */
interface SessionPoliciesInput {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
}

/**
 * Checks the inline and the managed session policies for a session of the account, and returns the
 * ARNs of the managed ones.
 *
 * @throws MalformedPolicyDocument, ValidationError
 */
export function checkedSessionPolicies(
  { Policy, PolicyArns = [] }: SessionPoliciesInput,
  accountId: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Eventual<readonly string[]> {
  checkInlineSessionPolicy(Policy);
  if (PolicyArns.length === 0) return NO_ARNS;
  const arns = PolicyArns.map(({ arn = "" }) => arn);
  return checkedManagedPolicies(arns, accountId, directory, context);
}

/** @throws MalformedPolicyDocument with the first finding */
function checkInlineSessionPolicy(text: string | undefined): void {
  if (text === undefined) return;
  const [finding] = validatePolicy(text, "session");
  if (finding) throw malformedPolicyDocument(finding.message);
}

/**
 * The managed policies must exist, in the role's account or as AWS's own.
 *
 * @throws ValidationError
 */
async function checkedManagedPolicies(
  arns: readonly string[],
  roleAccountId: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Promise<readonly string[]> {
  if (arns.length > SESSION_POLICY_ARNS_MAX)
    throw validationError(
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${SESSION_POLICY_ARNS_MAX}`,
    );
  for (const arn of arns) {
    const local = arn.startsWith(`arn:aws:iam::${roleAccountId}:policy/`);
    const awsOwned = arn.startsWith("arn:aws:iam::aws:policy/");
    const policy = local || awsOwned ? await directory.findManagedPolicy(arn, context) : undefined;
    if (!policy) throw validationError(`Policy ${arn} does not exist or is not attachable.`);
  }
  return arns;
}
