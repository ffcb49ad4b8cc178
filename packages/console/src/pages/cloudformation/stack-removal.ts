import { DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import type { Removal } from "../../shared/remove-items.tsx";
import { cloudFormationOf, settledStack } from "./stack-calls.ts";

interface Deletable {
  readonly StackId?: string | undefined;
  readonly StackName: string | undefined;
}

/** Deletes a stack with its resources, and waits until it is gone. */
export const STACK_REMOVAL: Removal<Deletable> = {
  one: "stack",
  nameOf: ({ StackName = "" }) => StackName,
  consequences:
    "Its resources are deleted too, unless their DeletionPolicy keeps them. This can't be undone.",
  remove: async (aws, { StackId, StackName }, { signal, report }) => {
    const id = StackId ?? StackName ?? "";
    report(`Deleting ${StackName}`);
    await cloudFormationOf(aws).send(new DeleteStackCommand({ StackName: id }));
    const { StackStatus, StackStatusReason } = await settledStack(aws, id, signal);
    if (StackStatus !== "DELETE_COMPLETE")
      throw new Error(`${StackName} is ${StackStatus}. ${StackStatusReason ?? ""}`);
  },
};
