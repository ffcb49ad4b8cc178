import { paginateDescribeStackEvents, type StackEvent } from "@aws-sdk/client-cloudformation";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { timeColumn } from "../../shared/columns.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { Sentence } from "../../shared/sentence.tsx";
import { Why } from "../../shared/why.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { deniedRequestOf } from "./denied-request.ts";
import { cloudFormationOf, POLL_MS } from "./stack-calls.ts";
import { StatusText } from "./status-text.tsx";

/** The latest are what is looked at; more are read on demand. */
const FIRST_EVENTS = 300;

/** A stack's events, the newest first, as they happen; a denial with its explanation. */
export function StackEvents({ stackId }: { readonly stackId: string }) {
  const events = useList(
    `events of ${stackId}`,
    (aws) => {
      const input = { StackName: stackId };
      const pages = paginateDescribeStackEvents({ client: cloudFormationOf(aws) }, input);
      return pagesOf(pages, (page) => page.StackEvents);
    },
    { everyMs: POLL_MS, first: FIRST_EVENTS },
  );
  return (
    <ResourceTable
      plural="events"
      call={events}
      idOf={({ EventId = "" }) => EventId}
      empty="Nothing has happened yet."
      actions={<StatusIndicator>Live</StatusIndicator>}
      columns={COLUMNS}
    />
  );
}

const COLUMNS = [
  {
    id: "resource",
    header: "Logical ID",
    isRowHeader: true,
    value: ({ LogicalResourceId }: StackEvent) => LogicalResourceId,
    cell: ({ LogicalResourceId }: StackEvent) => (
      <span className="narrow-cell">{LogicalResourceId}</span>
    ),
  },
  {
    id: "status",
    header: "Status",
    value: ({ ResourceStatus }: StackEvent) => ResourceStatus,
    cell: ({ ResourceStatus }: StackEvent) => <StatusText status={ResourceStatus} />,
  },
  {
    id: "reason",
    header: "Reason",
    value: ({ ResourceStatusReason }: StackEvent) => ResourceStatusReason,
    cell: ({ ResourceStatusReason }: StackEvent) => <Reason text={ResourceStatusReason} />,
  },
  timeColumn<StackEvent>(({ Timestamp }) => Timestamp),
  {
    id: "type",
    header: "Type",
    value: ({ ResourceType }: StackEvent) => ResourceType,
  },
];

/** The reason of a status; where a permission was missing, with the decision about it. */
export function Reason({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return "–";
  const denied = deniedRequestOf(text);
  return (
    <span className="name-cell">
      <Sentence text={text} /> {denied !== undefined && <Why id={denied} />}
    </span>
  );
}
