import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { shownDate } from "../../shared/shown-values.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { listChannels, listRecordingConfigurations } from "../ivs/ivs-lists.ts";
import { RecordingCard } from "./recording-card.tsx";
import {
  type FoundRecordings,
  latestRecordings,
  type RecordingEntry,
  type RecordingFilter,
} from "./recording-index.ts";
import { type RecordedSource, recordedName, sourceOf } from "./recording-source.ts";
import { type RecordedStages, readRecordedStages, stageSources } from "./stage-recordings.ts";

const NOTHING: readonly never[] = [];

/** Recordings that are read at first, and more each time. */
const FIRST = 24;
/** With more sources than this, whose folders are all looked at, the page isn't refreshed. */
const POLLED_SOURCES_MAX = 5;
const POLL_MS = 10_000;
const ALL = { value: "", label: "All channels and stages" };
const NO_STAGES: RecordedStages = { stages: [], buckets: [] };

/** The recordings of all channels and stages or of one, the newest first. */
export function RecordingsPage({ query }: PageProps) {
  const recorded = useCall("recorded channels", readRecorded, { everyMs: POLL_MS });
  const staged = useCall("recorded stages", (aws) => readRecordedStages(aws), { everyMs: POLL_MS });
  const day = query.get("day") ?? "";
  const of = chosenSource(query);
  const { channels = NOTHING, buckets = NOTHING } = recorded.data ?? {};
  const stages = staged.data ?? NO_STAGES;
  const options = [
    ALL,
    { label: "Channels", options: channels.map(optionOf("channel")) },
    { label: "Stages", options: stages.stages.map(sourceOf).map(optionOf("stage")) },
  ];
  const choose = (source: string, on: string) => {
    const [kind, id = ""] = source.split("/");
    const [channel, stage] = kind === "stage" ? ["", id] : [id, ""];
    goTo(placeOf("/ivs/recordings", {}, given({ channel, stage, day: on })));
  };
  const chosen = `${of.stageId === "" ? "channel" : "stage"}/${of.stageId || of.channelId}`;
  const isRecorded = buckets.length > 0 || stages.buckets.length > 0;
  return (
    <Page
      title="Recordings"
      description="The streams of channels, and the participants and compositions of stages."
    >
      {recorded.error !== undefined && (
        <CallFailure
          title="The channels can't be shown"
          error={recorded.error}
          onRetry={recorded.reload}
        />
      )}
      {staged.error !== undefined && (
        <CallFailure
          title="The stages can't be shown"
          error={staged.error}
          onRetry={staged.reload}
        />
      )}
      <ColumnLayout columns={2}>
        <FormField label="Channel or stage">
          <Select
            selectedOption={
              [ALL, ...options.flatMap((one) => ("options" in one ? one.options : []))].find(
                ({ value }) => value === (chosen === "channel/" ? "" : chosen),
              ) ?? { value: chosen, label: of.stageId || of.channelId }
            }
            options={options}
            onChange={({ detail }) => choose(detail.selectedOption.value ?? "", day)}
          />
        </FormField>
        <FormField label="Day, UTC" description="Empty: all days.">
          <DatePicker
            value={day}
            placeholder="YYYY/MM/DD"
            openCalendarAriaLabel={() => "Choose a day"}
            onChange={({ detail }) => choose(chosen, detail.value)}
          />
        </FormField>
      </ColumnLayout>
      {recorded.data && staged.data && !isRecorded && (
        <Box textAlign="center">
          <b>No channel or stage of this Region records</b>
          <Box>
            <PlaceLink to="#/ivs/recording-configurations">
              Create a recording configuration
            </PlaceLink>{" "}
            and give it to a channel, or{" "}
            <PlaceLink to="#/ivs-realtime/storage-configurations">
              a storage configuration
            </PlaceLink>{" "}
            and give it to a stage.
          </Box>
        </Box>
      )}
      {isRecorded && (
        <RecordingCards
          key={`${chosen} ${day}`}
          channels={channels}
          buckets={buckets}
          stages={stages}
          filter={given({ ...of, day })}
        />
      )}
    </Page>
  );
}

function RecordingCards(props: {
  readonly channels: readonly RecordedSource[];
  readonly buckets: readonly string[];
  readonly stages: RecordedStages;
  readonly filter: RecordingFilter;
}) {
  const { channels, buckets, stages, filter } = props;
  const [max, setMax] = useState(FIRST);
  const places = [...buckets, "and", ...stages.buckets].join(" ");
  const recordings = useCall(
    `recordings of ${JSON.stringify(filter)} in ${places}, ${max}`,
    async (aws) => {
      const sources = await stageSources(aws, stages, filter);
      return latestRecordings(aws, buckets, filter, max, sources);
    },
    channels.length + stages.stages.length <= POLLED_SOURCES_MAX ? { everyMs: POLL_MS } : {},
  );
  const [shown, setShown] = useState<FoundRecordings>();
  // While more are read, those that are there stay.
  if (recordings.data && recordings.data !== shown) setShown(recordings.data);
  if (recordings.error !== undefined) {
    return (
      <CallFailure
        title="The recordings can't be shown"
        error={recordings.error}
        onRetry={recordings.reload}
      />
    );
  }
  const all = [...channels, ...stages.stages.map(sourceOf)];
  const { entries = NOTHING, complete = true } = shown ?? {};
  return (
    <SpaceBetween size="m">
      <Cards
        items={entries}
        loading={shown === undefined}
        loadingText="Loading recordings"
        trackBy="prefix"
        cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 3 }]}
        header={<Header counter={`(${entries.length}${complete ? "" : "+"})`}>Recordings</Header>}
        empty={
          <Box textAlign="center">
            <b>No recordings{filter.day === undefined ? "" : " on this day"}</b>
            <Box>
              Stream to a channel or publish on a stage that records: its recording appears as it is
              written.
            </Box>
          </Box>
        }
        cardDefinition={{
          header: (entry) => (
            <PlaceLink to={placeOfRecording(entry)}>{shownDate(entry.startedAt)}</PlaceLink>
          ),
          sections: [
            {
              id: "card",
              content: (entry) => (
                <RecordingCard
                  entry={entry}
                  sourceName={recordedName(entry, all)}
                  onRemoved={recordings.reload}
                />
              ),
            },
          ],
        }}
      />
      {!complete && (
        <Box textAlign="center">
          <Button loading={recordings.loading} onClick={() => setMax(max + FIRST)}>
            Show more recordings
          </Button>
        </Box>
      )}
    </SpaceBetween>
  );
}

function placeOfRecording({ bucket, prefix }: RecordingEntry): string {
  return placeOf("/ivs/recordings/:bucket", { bucket }, { prefix });
}

/** Without what is empty. */
function given<Name extends string>(
  values: Readonly<Record<Name, string>>,
): Partial<Record<Name, string>> {
  const entries = Object.entries<string>(values).filter(([, value]) => value !== "");
  return Object.fromEntries(entries) as Partial<Record<Name, string>>;
}

function optionOf(kind: "channel" | "stage") {
  return ({ id, name }: RecordedSource) => ({ value: `${kind}/${id}`, label: name });
}

/** Other pages name the channel or the stage by its ARN. */
function chosenSource(query: URLSearchParams) {
  const idOf = (name: string) => query.get(name)?.split("/").at(-1) ?? "";
  return { channelId: idOf("channel"), stageId: idOf("stage") };
}

/** The channels of this Region, and the buckets that recording configurations name. */
async function readRecorded(aws: AwsClients) {
  const [channels, configurations] = await Promise.all([
    listChannels(aws),
    listRecordingConfigurations(aws),
  ]);
  const named = configurations.flatMap(
    ({ destinationConfiguration }) => destinationConfiguration?.s3?.bucketName ?? [],
  );
  return {
    buckets: [...new Set(named)],
    channels: channels.map(sourceOf),
  };
}
