import type { RequestContext } from "../../../kernel/request-context.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import { statementsOf } from "../values/stack-policies.ts";
import { readingOf, readUrl } from "../values/template-url.ts";

export interface PolicyInput {
  readonly StackPolicyBody?: string | undefined;
  readonly StackPolicyURL?: string | undefined;
}

/** The text of a stack policy that a request gives or names. Throws ValidationError. */
export async function readPolicy(
  { StackPolicyBody, StackPolicyURL }: PolicyInput,
  context: RequestContext,
  { address }: Pick<CloudFormationDependencies, "address">,
): Promise<string | undefined> {
  if (StackPolicyBody !== undefined && StackPolicyURL !== undefined)
    throw validation("You cannot specify both StackPolicyURL and StackPolicyBody");
  const text =
    StackPolicyURL === undefined
      ? StackPolicyBody
      : await readUrl(StackPolicyURL, "StackPolicyURL", readingOf(context), address);
  if (text !== undefined) statementsOf(text);
  return text;
}
