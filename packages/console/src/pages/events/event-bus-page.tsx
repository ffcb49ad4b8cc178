import {
  type Archive,
  DescribeEventBusCommand,
  type DescribeEventBusResponse,
  PutPermissionCommand,
  RemovePermissionCommand,
  type Rule,
} from "@aws-sdk/client-eventbridge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import { FactsPanel } from "../../shared/facts-panel.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { PolicyPanel } from "../../shared/policy-panel.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { archivePages, eventsOf, placeOfRule, rulePages } from "./event-calls.ts";
import { CreateRuleButton } from "./rule-form.tsx";
import { RULE_REMOVAL, RuleState } from "./rule-state.tsx";

/** Source: EventBridge user guide, "Quotas": the size of an event bus's policy. */
const POLICY_BYTES_MAX = 10_240;

/** One event bus: its rules, its archives, and its policy. */
export function EventBusPage({ params }: PageProps) {
  const { name = "" } = params;
  const got = useCall(`event bus ${name}`, (aws) =>
    eventsOf(aws).send(new DescribeEventBusCommand({ Name: name })),
  );
  return (
    <Page title={name} description={got.data?.Description || undefined}>
      <CallState what="event bus" call={got} />
      {got.data && (
        <PageTabs
          tabs={[
            { id: "rules", label: "Rules", content: <Rules bus={name} /> },
            { id: "settings", label: "Settings", content: <Settings bus={got.data} /> },
            { id: "policy", label: "Policy", content: <Policy name={name} arn={got.data.Arn} /> },
          ]}
        />
      )}
    </Page>
  );
}

function Rules({ bus }: { readonly bus: string }) {
  const rules = useList(`rules of ${bus}`, (aws) => rulePages(aws, bus));
  return (
    <ResourceTable
      plural="rules"
      call={rules}
      idOf={({ Name = "" }) => Name}
      removal={RULE_REMOVAL}
      actions={<CreateRuleButton bus={bus} />}
      empty="No rules. A rule sends events that match its pattern to targets."
      columns={RULES}
    />
  );
}

const RULES: readonly Column<Rule>[] = [
  nameColumn<Rule>(
    ({ Name = "" }) => Name,
    ({ Name = "", EventBusName = "default" }) => placeOfRule(EventBusName, Name),
  ),
  {
    id: "state",
    header: "State",
    value: ({ State }) => State,
    cell: ({ State }) => <RuleState state={State} />,
  },
  {
    id: "when",
    header: "Runs",
    value: ({ ScheduleExpression }) => ScheduleExpression ?? "For events that match",
  },
  { id: "by", header: "Managed by", value: ({ ManagedBy }) => ManagedBy },
];

function Settings({ bus }: { readonly bus: DescribeEventBusResponse }) {
  const arn = bus.Arn ?? "";
  const archives = useList(`archives of ${arn}`, (aws) => archivePages(aws, arn));
  return (
    <SpaceBetween size="l">
      <FactsPanel
        arn={arn}
        facts={[
          ["Created", bus.CreationTime],
          ["Changed", bus.LastModifiedTime],
        ]}
      />
      <ResourceTable
        plural="archives"
        call={archives}
        idOf={({ ArchiveName = "" }) => ArchiveName}
        empty="No archives. An archive keeps events, so that they can be replayed."
        columns={ARCHIVES}
      />
    </SpaceBetween>
  );
}

const ARCHIVES: readonly Column<Archive>[] = [
  { id: "name", header: "Name", isRowHeader: true, value: ({ ArchiveName }) => ArchiveName },
  { id: "state", header: "State", value: ({ State }) => State },
  { id: "events", header: "Events", value: ({ EventCount }) => EventCount },
  {
    id: "size",
    header: "Size",
    value: ({ SizeBytes }) => SizeBytes,
    cell: ({ SizeBytes }) => shownBytes(SizeBytes),
  },
  {
    id: "kept",
    header: "Kept for",
    value: ({ RetentionDays }) => (RetentionDays ? `${RetentionDays} days` : "ever"),
  },
];

function Policy({ name, arn = "" }: { readonly name: string; readonly arn?: string | undefined }) {
  const account = arn.split(":")[4] ?? "";
  return (
    <PolicyPanel
      title="Policy"
      kind="key"
      of={`event bus ${name}`}
      sizeMax={POLICY_BYTES_MAX}
      read={async (aws) =>
        (await eventsOf(aws).send(new DescribeEventBusCommand({ Name: name }))).Policy
      }
      save={(aws, Policy) =>
        eventsOf(aws).send(new PutPermissionCommand({ EventBusName: name, Policy }))
      }
      remove={(aws) =>
        eventsOf(aws).send(
          new RemovePermissionCommand({ EventBusName: name, RemoveAllPermissions: true }),
        )
      }
      withoutOne={{
        sentence: "The bus has no policy: only its own account may use it. Below is a proposal.",
        proposal: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "OnlyThisAccountSends",
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              Action: "events:PutEvents",
              Resource: arn,
            },
          ],
        }),
      }}
    />
  );
}
