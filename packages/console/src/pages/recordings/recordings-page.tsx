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
import { ivsName } from "../ivs/ivs-name.ts";
import { RecordingCard } from "./recording-card.tsx";
import { type FoundRecordings, latestRecordings, type RecordingEntry } from "./recording-index.ts";

const NOTHING: readonly never[] = [];

/** Recordings that are read at first, and more each time. */
const FIRST = 24;
/** With more channels than this, whose folders are all looked at, nobody looks by itself. */
const POLLED_CHANNELS_MAX = 5;
const POLL_MS = 10_000;
const ALL = { value: "", label: "All channels" };

/** The recordings of all channels or one, the newest first. */
export function RecordingsPage({ query }: PageProps) {
  const recorded = useCall("recorded channels", readRecorded, { everyMs: POLL_MS });
  const day = query.get("day") ?? "";
  // Other pages name the channel by its ARN.
  const channelId = query.get("channel")?.split("/").at(-1) ?? "";
  const { channels = NOTHING, buckets = NOTHING } = recorded.data ?? {};
  const options = [ALL, ...channels.map(({ id, name }) => ({ value: id, label: name }))];
  const choose = (channel: string, on: string) =>
    goTo(placeOf("/ivs/recordings", {}, given({ channel, day: on })));
  return (
    <Page title="Recordings" description="The streams that channels recorded to their buckets.">
      {recorded.error !== undefined && (
        <CallFailure
          title="The channels can't be shown"
          error={recorded.error}
          onRetry={recorded.reload}
        />
      )}
      <ColumnLayout columns={2}>
        <FormField label="Channel">
          <Select
            selectedOption={
              options.find(({ value }) => value === channelId) ?? {
                value: channelId,
                label: channelId,
              }
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
            onChange={({ detail }) => choose(channelId, detail.value)}
          />
        </FormField>
      </ColumnLayout>
      {recorded.data && buckets.length === 0 && (
        <Box textAlign="center">
          <b>No channel of this Region records</b>
          <Box>
            <PlaceLink to="#/ivs/recording-configurations">
              Create a recording configuration
            </PlaceLink>{" "}
            and give it to a channel.
          </Box>
        </Box>
      )}
      {buckets.length > 0 && (
        <RecordingCards
          key={`${channelId} ${day}`}
          channels={channels}
          buckets={buckets}
          channelId={channelId}
          day={day}
        />
      )}
    </Page>
  );
}

function RecordingCards(props: {
  readonly channels: readonly RecordedChannel[];
  readonly buckets: readonly string[];
  readonly channelId: string;
  readonly day: string;
}) {
  const { channels, buckets, channelId, day } = props;
  const [max, setMax] = useState(FIRST);
  const recordings = useCall(
    `recordings of ${channelId} in ${buckets.join(" ")} on ${day}, ${max}`,
    (aws) => latestRecordings(aws, buckets, given({ channelId, day }), max),
    channels.length <= POLLED_CHANNELS_MAX ? { everyMs: POLL_MS } : {},
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
  const names = new Map(channels.map(({ id, name }) => [id, name]));
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
            <b>No recordings{day === "" ? "" : " on this day"}</b>
            <Box>Stream to a channel that records: its recording appears as it is written.</Box>
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
                  channelName={names.get(entry.channelId) ?? `${entry.channelId}, deleted`}
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

interface RecordedChannel {
  readonly id: string;
  readonly name: string;
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
    channels: channels.map(
      ({ arn = "", name }): RecordedChannel => ({
        id: arn.split("/").at(-1) ?? arn,
        name: ivsName({ arn, name }),
      }),
    ),
  };
}
