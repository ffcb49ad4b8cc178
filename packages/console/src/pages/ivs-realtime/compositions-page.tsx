import {
  type CompositionSummary,
  type Destination,
  GetCompositionCommand,
  GetStorageConfigurationCommand,
  StopCompositionCommand,
} from "@aws-sdk/client-ivs-realtime";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { CompositionForm } from "./composition-form.tsx";
import { compositionPages, realTimeOf } from "./real-time-calls.ts";

const POLL_MS = 3_000;

export function CompositionsPage() {
  const [starting, setStarting] = useState(false);
  const compositions = useList("compositions", compositionPages, { everyMs: POLL_MS });
  const start = (
    <Button variant="primary" onClick={() => setStarting(true)}>
      Start composition
    </Button>
  );
  return (
    <Page
      title="Compositions"
      description="One picture of a stage's participants, for a channel or a bucket."
    >
      <ResourceTable
        plural="compositions"
        call={compositions}
        idOf={({ arn }) => arn ?? ""}
        details={({ arn = "" }) => <Destinations arn={arn} />}
        removal={{
          one: "composition",
          verb: "Stop",
          done: "stopped",
          reversible: true,
          nameOf: idOf,
          consequences: "Its channel goes offline, and its recording ends.",
          remove: async (aws, { arn }) => {
            await realTimeOf(aws).send(new StopCompositionCommand({ arn }));
          },
        }}
        actions={start}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No compositions in this Region</b>
            <Box>Five minutes after its end a composition is forgotten.</Box>
            {start}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {starting && (
        <CompositionForm onClose={() => setStarting(false)} onStarted={compositions.reload} />
      )}
    </Page>
  );
}

function idOf({ arn = "" }: { readonly arn?: string | undefined }): string {
  return arn.split("/").at(-1) ?? "";
}

const COLUMNS = [
  { id: "id", header: "Composition", isRowHeader: true, value: idOf },
  {
    id: "state",
    header: "State",
    value: ({ state }: CompositionSummary) => state,
    cell: ({ state }: CompositionSummary) => <State state={state} />,
  },
  {
    id: "stage",
    header: "Stage",
    value: ({ stageArn = "" }: CompositionSummary) => stageArn.split("/").at(-1),
    cell: ({ stageArn = "" }: CompositionSummary) => (
      <PlaceLink to={placeOf("/ivs-realtime/stages/:arn", { arn: stageArn })}>
        {stageArn.split("/").at(-1)}
      </PlaceLink>
    ),
  },
  {
    id: "started",
    header: "Started",
    value: ({ startTime }: CompositionSummary) => startTime,
    cell: ({ startTime }: CompositionSummary) => <Moment at={startTime} />,
  },
];

function State({ state = "" }: { readonly state?: string | undefined }) {
  const text = state.charAt(0) + state.slice(1).toLowerCase();
  switch (state) {
    case "ACTIVE":
      return <StatusIndicator type="success">{text}</StatusIndicator>;
    case "FAILED":
      return <StatusIndicator type="error">{text}</StatusIndicator>;
    case "STOPPED":
      return <StatusIndicator type="stopped">{text}</StatusIndicator>;
    default:
      return <StatusIndicator type="in-progress">{text}</StatusIndicator>;
  }
}

/** Each destination of a composition, with its own state. */
function Destinations({ arn }: { readonly arn: string }) {
  const got = useCall(
    `composition ${arn}`,
    (aws) => realTimeOf(aws).send(new GetCompositionCommand({ arn })),
    { everyMs: POLL_MS },
  );
  return (
    <>
      <CallState what="composition" call={got} />
      <KeyValuePairs
        columns={2}
        minColumnWidth={FACT_WIDTH_MIN}
        items={(got.data?.composition?.destinations ?? []).map((destination) => {
          const { channelArn = "" } = destination.configuration?.channel ?? {};
          return {
            label: channelArn === "" ? "Recording" : "Channel",
            value: (
              <SpaceBetween size="xxs">
                <State state={destination.state} />
                {channelArn === "" ? (
                  <Recording destination={destination} />
                ) : (
                  <PlaceLink to={placeOf("/ivs/channels/:arn", { arn: channelArn })}>
                    {channelArn.split("/").at(-1)}
                  </PlaceLink>
                )}
              </SpaceBetween>
            ),
          };
        })}
      />
    </>
  );
}

/** The place of a recording in its bucket. */
function Recording({ destination }: { readonly destination: Destination }) {
  const { storageConfigurationArn: arn = "" } = destination.configuration?.s3 ?? {};
  const got = useCall(`storage configuration ${arn}`, (aws) =>
    realTimeOf(aws).send(new GetStorageConfigurationCommand({ arn })),
  );
  const bucket = got.data?.storageConfiguration?.s3?.bucketName ?? "";
  const prefix = destination.detail?.s3?.recordingPrefix ?? "";
  if (bucket === "") return <Box>{prefix}</Box>;
  return (
    <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket }, { prefix: `${prefix}/` })}>
      {bucket}/{prefix}
    </PlaceLink>
  );
}
