import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { timeColumn } from "../../shared/columns.tsx";
import { FeedState } from "../../shared/feed-state.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useFeed } from "../../wire/use-feed.ts";

/** EventBridge's envelope, as far as the table shows it. */
interface EventRow {
  readonly id: string;
  readonly time: Date;
  readonly type: string;
  readonly what: string;
  readonly resource: string;
  readonly text: string;
}

/** The latest thousand events of this server's process, and whatever comes. */
export function EventFeed() {
  const feed = useFeed("/_rolecast/events", parseEvent);
  return (
    <ResourceTable
      plural="events"
      call={{ data: feed.items, error: undefined, loading: false, reload: () => {} }}
      idOf={({ id }) => id}
      actions={<FeedState feed={feed} />}
      empty="Nothing has happened yet: events come with streams and recordings."
      columns={COLUMNS}
      details={({ what, text }) => (
        <Container header={<Header variant="h2">{what}</Header>}>
          <Box>
            <pre className="document">{text}</pre>
          </Box>
        </Container>
      )}
    />
  );
}

const COLUMNS = [
  timeColumn(({ time }: EventRow) => time),
  { id: "what", header: "Event", isRowHeader: true, value: ({ what }: EventRow) => what },
  { id: "type", header: "Type", value: ({ type }: EventRow) => type },
  { id: "resource", header: "Resource", value: ({ resource }: EventRow) => resource },
];

function parseEvent(value: unknown): EventRow | undefined {
  const event = asRecord(value);
  const detail = asRecord(event.detail);
  const resources = Array.isArray(event.resources) ? event.resources : [];
  if (typeof event.id !== "string") return undefined;
  return {
    id: event.id,
    time: new Date(String(event.time)),
    type: String(event["detail-type"]),
    what: String(detail.event_name ?? detail.recording_status ?? event["detail-type"]),
    resource: String(resources[0] ?? ""),
    text: JSON.stringify(value, null, 2),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
