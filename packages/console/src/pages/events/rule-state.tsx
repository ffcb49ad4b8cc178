import {
  DeleteRuleCommand,
  RemoveTargetsCommand,
  type Rule,
  type RuleState as State,
} from "@aws-sdk/client-eventbridge";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Removal } from "../../shared/remove-items.tsx";
import { eventsOf, targetPages } from "./event-calls.ts";

export function RuleState({ state }: { readonly state: State | undefined }) {
  return state === "DISABLED" ? (
    <StatusIndicator type="stopped">Disabled</StatusIndicator>
  ) : (
    <StatusIndicator>Enabled</StatusIndicator>
  );
}

/** How rules are deleted: EventBridge wants their targets gone before. */
export const RULE_REMOVAL: Removal<Pick<Rule, "Name" | "EventBusName">> = {
  one: "rule",
  nameOf: ({ Name = "" }) => Name,
  consequences: "Its targets are removed from it too; they stay themselves.",
  remove: async (aws, { Name = "", EventBusName = "default" }) => {
    for await (const targets of targetPages(aws, EventBusName, Name)) {
      const Ids = targets.map(({ Id = "" }) => Id);
      if (Ids.length > 0)
        await eventsOf(aws).send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids }));
    }
    await eventsOf(aws).send(new DeleteRuleCommand({ Name, EventBusName }));
  },
};
