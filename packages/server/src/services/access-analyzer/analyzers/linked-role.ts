import { AwsError } from "../../../kernel/aws-error.ts";
import type { ServiceLinkedRoles } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { ANALYZER_PRINCIPAL } from "../analysis/zone.ts";
import { accessDenied } from "../errors.ts";

/**
 * Sees to it that the account has Access Analyzer's role: the first analyzer's caller has it
 * created. IAM's refusal becomes AccessDeniedException.
 */
export async function ensureRole(
  linkedRoles: ServiceLinkedRoles,
  context: RequestContext,
  tx: Transaction,
): Promise<void> {
  if (await linkedRoles.find(ANALYZER_PRINCIPAL, context.accountId, tx)) return;
  const options = { invokedBy: ANALYZER_PRINCIPAL, transaction: tx };
  const iam = (operation: string, input: object) =>
    context.forward("iam", operation, input, options);
  try {
    await iam("CreateServiceLinkedRole", { AWSServiceName: ANALYZER_PRINCIPAL });
  } catch (error) {
    if (error instanceof AwsError && error.status === 403) throw accessDenied(error.message, error);
    throw error;
  }
}
