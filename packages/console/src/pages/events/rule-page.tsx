import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { eventsOf, targetPages } from "./event-calls.ts";
import { RuleForm } from "./rule-form.tsx";
import { RULE_REMOVAL, RuleState } from "./rule-state.tsx";

/** One rule: its pattern or its schedule, and the targets that it sends events to. */
export function RulePage({ params }: PageProps) {
  const { name: EventBusName = "", rule: Name = "" } = params;
  const [asking, setAsking] = useState<"delete" | "edit">();
  const got = useCall(`rule ${EventBusName} ${Name}`, (aws) =>
    eventsOf(aws).send(new DescribeRuleCommand({ EventBusName, Name })),
  );
  const targets = useList(`targets of ${EventBusName} ${Name}`, (aws) =>
    targetPages(aws, EventBusName, Name),
  );
  const { data: rule } = got;
  const isOff = rule?.State === "DISABLED";
  const toggle = useAction("The rule wasn't changed", async (aws) => {
    const client = eventsOf(aws);
    if (isOff) await client.send(new EnableRuleCommand({ EventBusName, Name }));
    else await client.send(new DisableRuleCommand({ EventBusName, Name }));
    got.reload();
    return `Rule ${Name} is ${isOff ? "enabled" : "disabled"}.`;
  });
  return (
    <Page
      title={Name}
      description={rule?.Description}
      actions={
        rule && (
          <Actions>
            <Button loading={toggle.running} onClick={() => toggle.run()}>
              {isOff ? "Enable" : "Disable"}
            </Button>
            <Button onClick={() => setAsking("delete")}>Delete</Button>
          </Actions>
        )
      }
    >
      <CallState what="rule" call={got} />
      {rule && (
        <SpaceBetween size="l">
          <FactsPanel
            arn={rule.Arn}
            facts={[
              ["State", <RuleState key="state" state={rule.State} />],
              ["Schedule", rule.ScheduleExpression],
              ["Role", rule.RoleArn],
              ["Managed by", rule.ManagedBy],
            ]}
          />
          {rule.EventPattern !== undefined && (
            <Container
              header={
                <Header
                  variant="h2"
                  actions={<Button onClick={() => setAsking("edit")}>Edit pattern</Button>}
                >
                  Event pattern
                </Header>
              }
            >
              <pre className="document">{pretty(rule.EventPattern)}</pre>
            </Container>
          )}
          <ResourceTable
            plural="targets"
            call={targets}
            idOf={({ Id = "" }) => Id}
            empty="No targets: nothing happens when an event matches."
            columns={COLUMNS}
          />
        </SpaceBetween>
      )}
      {asking === "edit" && rule && (
        <RuleForm
          bus={EventBusName}
          known={rule}
          onSaved={got.reload}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === "delete" && (
        <RemoveItems
          removal={RULE_REMOVAL}
          items={[{ Name, EventBusName }]}
          plural="rules"
          onClose={() => setAsking(undefined)}
          onDone={() => goTo(placeOf("/events/buses/:name", { name: EventBusName }))}
        />
      )}
    </Page>
  );
}

const COLUMNS: readonly Column<Target>[] = [
  { id: "id", header: "ID", isRowHeader: true, value: ({ Id }) => Id },
  {
    id: "arn",
    header: "ARN",
    value: ({ Arn }) => Arn,
    cell: ({ Arn }) => <span className="name-cell">{Arn}</span>,
  },
  {
    id: "input",
    header: "Input",
    value: ({ Input, InputPath, InputTransformer }) =>
      InputTransformer ? "Transformed" : (Input ?? InputPath ?? "The event"),
  },
  {
    id: "role",
    header: "Role",
    value: ({ RoleArn }) => RoleArn?.split("/").at(-1),
  },
];
