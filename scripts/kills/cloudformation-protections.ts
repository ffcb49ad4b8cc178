import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { until } from "../../test/support/until.ts";
import type { Node } from "./node.ts";
import { number } from "./settings.ts";
import { settingsOf } from "./settings-of.ts";

/* Stacks' policies, and their protection from being deleted. */

const stackOf = (key: string) => ({ StackName: `kills-protected-${key}` });
const cloudFormation = (at: Node) => at.client(CloudFormation);
const TemplateBody = JSON.stringify({
  Resources: { Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" } },
});

async function statusOf(at: Node, key: string): Promise<string | undefined> {
  const { Stacks = [] } = await cloudFormation(at).describeStacks(stackOf(key));
  return Stacks[0]?.StackStatus;
}

export const protections = settingsOf(
  "cloudformation-protections",
  {
    policy: {
      value: number,
      put(at, of, value) {
        const statement = { Effect: "Deny", Action: "Update:*", Principal: "*" };
        const Statement = [{ ...statement, Resource: `LogicalResourceId/R${value}` }];
        return cloudFormation(at).setStackPolicy({
          ...stackOf(of),
          StackPolicyBody: JSON.stringify({ Statement }),
        });
      },
      async read(at, of) {
        const { StackPolicyBody } = await cloudFormation(at).getStackPolicy(stackOf(of));
        return /LogicalResourceId\/R(\d+)/.exec(StackPolicyBody ?? "")?.[1];
      },
    },
    termination: {
      value: () => "protected",
      put: (at, of) =>
        cloudFormation(at).updateTerminationProtection({
          ...{ ...stackOf(of), EnableTerminationProtection: true },
        }),
      remove: (at, of) =>
        cloudFormation(at).updateTerminationProtection({
          ...{ ...stackOf(of), EnableTerminationProtection: false },
        }),
      async read(at, of) {
        const { Stacks = [] } = await cloudFormation(at).describeStacks(stackOf(of));
        return Stacks[0]?.EnableTerminationProtection ? "protected" : undefined;
      },
    },
  },
  {
    keys: 3,
    async prepare(at, keys) {
      for (const key of keys) {
        await cloudFormation(at).createStack({ ...stackOf(key), TemplateBody });
        const isMade = async () => (await statusOf(at, key)) === "CREATE_COMPLETE";
        await until(isMade, "a stack to protect");
      }
    },
  },
);
