import {
  CloudTrailClient,
  type Event,
  LookupAttributeKey,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from "@aws-sdk/client-cloudtrail";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { timeColumn } from "../../shared/columns.tsx";
import { FeedState } from "../../shared/feed-state.tsx";
import { ownValue } from "../../shared/own-value.ts";
import { pretty } from "../../shared/pretty-json.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { WhyLink } from "../../shared/why.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { denialIdsByRequest } from "../../wire/latest-denials.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useFeed } from "../../wire/use-feed.ts";
import { useList } from "../../wire/use-list.ts";
import { CalledBy } from "./called-by.tsx";

/** Records that the page reads at first; CloudTrail hands out fifty at a time. */
const FIRST_RECORDS = 200;
/** New calls are looked up together, not one by one. */
const LOOKUP_AFTER_MS = 1_000;

const ATTRIBUTES = [
  { value: "", label: "All calls" },
  { value: LookupAttributeKey.EVENT_NAME, label: "Operation", description: "CreateChannel" },
  { value: LookupAttributeKey.USERNAME, label: "User name", description: "ann" },
  { value: LookupAttributeKey.RESOURCE_NAME, label: "Resource", description: "my-recordings" },
  { value: LookupAttributeKey.EVENT_SOURCE, label: "Service", description: "ivs.amazonaws.com" },
  { value: LookupAttributeKey.READ_ONLY, label: "Read only", description: "true or false" },
];

/**
 * LookupEvents over the calls of this Region, at first what changed something. New records make it
 * ask again.
 */
export function TrailRecords() {
  const [attribute, setAttribute] = useState<string>(LookupAttributeKey.READ_ONLY);
  const [wanted, setWanted] = useState("false");
  const records = useList(
    `records ${attribute} ${wanted}`,
    (aws) => withDenials(aws, lookUp(aws, attribute, wanted)),
    { first: FIRST_RECORDS },
  );
  const feed = useFeed("/_rolecast/cloudtrail", recordName);
  useReloading(feed.items, records.reload);
  return (
    <SpaceBetween size="l">
      <ColumnLayout columns={2}>
        <FormField label="Look up by">
          <Select
            options={ATTRIBUTES}
            selectedOption={ATTRIBUTES.find(({ value }) => value === attribute) ?? null}
            onChange={({ detail }) => {
              const value = detail.selectedOption.value ?? "";
              setAttribute(value);
              setWanted(value === LookupAttributeKey.READ_ONLY ? "false" : "");
            }}
          />
        </FormField>
        <FormField label="Value">
          <Input
            value={wanted}
            disabled={attribute === ""}
            onChange={({ detail }) => setWanted(detail.value)}
          />
        </FormField>
      </ColumnLayout>
      <ResourceTable
        plural="calls"
        call={records}
        idOf={({ EventId }) => EventId ?? ""}
        actions={<FeedState feed={feed} />}
        empty="No calls like that in this Region. Calls of IAM are in us-east-1."
        columns={COLUMNS}
        details={({ EventName, CloudTrailEvent }) => (
          <Container header={<Header variant="h2">{EventName}</Header>}>
            <pre className="document">{pretty(CloudTrailEvent ?? "")}</pre>
          </Container>
        )}
      />
    </SpaceBetween>
  );
}

/** The result comes first, so that a telephone shows it; what doesn't fit is scrolled to. */
const COLUMNS = [
  {
    id: "result",
    header: "Result",
    value: (call: RecordedCall) => errorCodeOf(call) ?? "Done",
    cell: (call: RecordedCall) => <Result call={call} />,
  },
  {
    id: "name",
    header: "Operation",
    isRowHeader: true,
    value: ({ EventName }: Event) => EventName,
    cell: ({ EventName = "", Username = "" }: Event) => (
      <CalledBy name={EventName} caller={Username} />
    ),
  },
  {
    id: "user",
    header: "Caller",
    value: ({ Username }: Event) => Username,
    cell: ({ Username }: Event) => <span className="narrow-cell">{Username}</span>,
  },
  timeColumn(({ EventTime }: Event) => EventTime),
  {
    id: "service",
    header: "Service",
    value: ({ EventSource }: Event) => EventSource,
    cell: ({ EventSource }: Event) => (
      <span title={EventSource}>{EventSource?.replace(".amazonaws.com", "") ?? "–"}</span>
    ),
  },
  {
    id: "resources",
    header: "Resources",
    value: resourcesOf,
    cell: (event: Event) => <span className="slim-cell">{resourcesOf(event)}</span>,
  },
];

/** An event, with the id by which its denial is explained, as long as that is among the latest. */
type RecordedCall = Event & { readonly denialId: string | undefined };

function resourcesOf({ Resources = [] }: Event): string {
  return Resources.map(({ ResourceName }) => ResourceName).join(", ");
}

function Result({ call }: { readonly call: RecordedCall }) {
  const code = errorCodeOf(call);
  if (code === undefined) return <StatusIndicator>Done</StatusIndicator>;
  return (
    <>
      <StatusIndicator type="error" wrapText>
        <span className="narrow-cell">{code}</span>
      </StatusIndicator>{" "}
      {call.denialId !== undefined && <WhyLink id={call.denialId} />}
    </>
  );
}

function isDenied(event: Event): boolean {
  return /AccessDenied|Unauthorized/.test(errorCodeOf(event) ?? "");
}

function errorCodeOf(event: Event): string | undefined {
  return fieldOf(event, "errorCode");
}

function requestIdOf(event: Event): string | undefined {
  return fieldOf(event, "requestID");
}

function fieldOf({ CloudTrailEvent = "{}" }: Event, name: string): string | undefined {
  const record: unknown = JSON.parse(CloudTrailEvent);
  if (typeof record !== "object" || record === null) return undefined;
  const value = ownValue(record as Readonly<Record<string, unknown>>, name);
  return value === undefined ? undefined : String(value);
}

function lookUp(
  aws: AwsClients,
  attribute: string,
  wanted: string,
): AsyncIterable<readonly Event[]> {
  const key = Object.values(LookupAttributeKey).find((name) => name === attribute);
  const input: LookupEventsCommandInput =
    key === undefined || wanted === ""
      ? {}
      : { LookupAttributes: [{ AttributeKey: key, AttributeValue: wanted }] };
  const client = aws.client("cloudtrail", (options) => new CloudTrailClient(options));
  return pagesOf(paginateLookupEvents({ client }, input), (page) => page.Events);
}

/** The calls with what explains their denials, which is looked up once somebody was denied. */
async function* withDenials(
  aws: AwsClients,
  pages: AsyncIterable<readonly Event[]>,
): AsyncIterable<readonly RecordedCall[]> {
  let denials: ReadonlyMap<string, string> | undefined;
  for await (const page of pages) {
    if (page.some(isDenied)) denials ??= await denialIdsByRequest(aws);
    yield page.map((event) => ({ ...event, denialId: denials?.get(requestIdOf(event) ?? "") }));
  }
}

/** The page's own lookup is recorded too: it isn't news, or the page would ask for ever. */
function recordName(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("eventName" in value)) return undefined;
  return value.eventName === "LookupEvents" ? undefined : String(value.eventName);
}

function useReloading(news: readonly string[], reload: () => void): void {
  const seen = useRef(news);
  useEffect(() => {
    if (seen.current === news) return undefined;
    seen.current = news;
    const timer = setTimeout(reload, LOOKUP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [news, reload]);
}
