import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  conditionKeys,
  decideOnStack,
  onEverything,
  onStack,
  stackNamed,
} from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { noStackInBrackets, noStackWithId, validation } from "../errors.ts";
import { updateStackRow } from "../rows/stacks.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";
import { readPolicy } from "./stack-policy.ts";

/** Termination protection, stack policies, and the account's limits. */
export function protectionOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    UpdateTerminationProtection: withSubject({
      authorize: (input, context) => decideOnStack("UpdateTerminationProtection", input, context),
      handle: async (input, context, stack: StackRow | undefined) => {
        if (!stack || stack.status === "DELETE_COMPLETE") throw noStackInBrackets(input.StackName);
        if (stack.parent_id !== null)
          throw validation(
            "Termination protection cannot be updated on a nested stack; update that of the " +
              "root stack.",
          );
        const termination_protection = input.EnableTerminationProtection ? 1 : 0;
        await change(stack, { termination_protection }, context);
        return { StackId: stack.stack_id };
      },
    }),
    GetStackPolicy: withSubject({
      authorize: (input, context) => decideOnStack("GetStackPolicy", input, context),
      handle: (input, _context, stack: StackRow | undefined) => {
        if (!stack) throw noStackWithId(input.StackName);
        return stack.policy === null ? {} : { StackPolicyBody: stack.policy };
      },
    }),
    SetStackPolicy: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, ["StackPolicyURL"]);
        const pairs = await onStack("SetStackPolicy", input.StackName, stack, context, keys);
        return { pairs, subject: stack };
      },
      handle: async (input, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackWithId(input.StackName);
        const policy = await readPolicy(input, context, deps);
        if (policy === undefined)
          throw validation("You must specify either StackPolicyURL or StackPolicyBody");
        await change(stack, { policy }, context);
        return {};
      },
    }),
    DescribeAccountLimits: {
      authorize: () => onEverything("DescribeAccountLimits"),
      handle: ({ NextToken }) => {
        if (NextToken !== undefined) throw validation("The specified NextToken is invalid.");
        // Source: CloudFormation user guide, "Understand CloudFormation quotas".
        const AccountLimits = [
          { Name: "StackLimit", Value: 2_000 },
          { Name: "StackOutputsLimit", Value: 200 },
          { Name: "ConcurrentResourcesLimit", Value: 2_500 },
        ];
        return { AccountLimits };
      },
    },
  });
}

async function change(
  { stack_id }: StackRow,
  columns: Partial<StackRow>,
  context: RequestContext,
): Promise<void> {
  await context.transaction<CloudFormationTables, void>(({ db }) =>
    updateStackRow(stack_id, columns, db),
  );
}
