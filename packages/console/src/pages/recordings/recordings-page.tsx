import Box from "@cloudscape-design/components/box";
import Cards from "@cloudscape-design/components/cards";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { shownDate } from "../../shared/shown-values.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type Call, useCall } from "../../wire/use-call.ts";
import { listChannels, listRecordingConfigurations } from "../ivs/ivs-lists.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { listRecordings, type RecordingEntry } from "./recording-index.ts";
import { Thumbnail } from "./thumbnail.tsx";

interface RecordedChannel {
  readonly arn: string;
  readonly name: string;
  readonly bucket: string;
}

/** The recordings in a channel's bucket, by day. */
export function RecordingsPage({ query }: PageProps) {
  const channels = useCall("recorded channels", listRecordedChannels);
  const day = query.get("day") ?? "";
  const wanted = query.get("channel");
  const chosen = channels.data?.find(({ arn }) => arn === wanted) ?? channels.data?.[0];
  const choose = (channel: string, on: string) =>
    goTo(placeOf("/ivs/recordings", {}, { channel, ...(on === "" ? {} : { day: on }) }));
  return (
    <Page title="Recordings" description="What channels wrote to their buckets.">
      {channels.error !== undefined && (
        <CallFailure
          title="The channels can't be shown"
          error={channels.error}
          onRetry={channels.reload}
        />
      )}
      <ColumnLayout columns={2}>
        <FormField label="Channel">
          <Select
            selectedOption={chosen ? { value: chosen.arn, label: chosen.name } : null}
            loadingText="Loading channels"
            errorText="The channels can't be shown"
            empty="No channel records"
            {...choiceState(channels)}
            options={(channels.data ?? []).map(({ arn, name, bucket }) => ({
              value: arn,
              label: name,
              description: `Bucket ${bucket}`,
            }))}
            onChange={({ detail }) => choose(detail.selectedOption.value ?? "", day)}
          />
        </FormField>
        <FormField label="Day, UTC" description="Empty: all days.">
          <DatePicker
            value={day}
            placeholder="YYYY/MM/DD"
            openCalendarAriaLabel={() => "Choose a day"}
            onChange={({ detail }) => choose(chosen?.arn ?? "", detail.value)}
          />
        </FormField>
      </ColumnLayout>
      {channels.data?.length === 0 && (
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
      {chosen && <RecordingCards channel={chosen} day={day} />}
    </Page>
  );
}

/** That no channel records is said only where it is known. */
function choiceState({ data, error }: Call<unknown>) {
  if (error !== undefined) return { statusType: "error", placeholder: "No choice" } as const;
  return data === undefined
    ? ({ statusType: "loading", placeholder: "Loading channels" } as const)
    : ({ statusType: "finished", placeholder: "No channel records" } as const);
}

const POLL_MS = 5_000;

function RecordingCards(props: { readonly channel: RecordedChannel; readonly day: string }) {
  const { channel, day } = props;
  const recordings = useCall(
    `recordings of ${channel.arn} in ${channel.bucket} on ${day}`,
    (aws) => listRecordings(aws, channel.bucket, channel.arn, day),
    { everyMs: POLL_MS },
  );
  if (recordings.error !== undefined) {
    return (
      <CallFailure
        title="The recordings can't be shown"
        error={recordings.error}
        onRetry={recordings.reload}
      />
    );
  }
  return (
    <Cards
      items={recordings.data ?? []}
      loading={recordings.loading && recordings.data === undefined}
      loadingText="Loading recordings"
      trackBy="prefix"
      cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 3 }]}
      header={<Header counter={`(${recordings.data?.length ?? 0})`}>Recordings</Header>}
      empty={
        <Box textAlign="center">
          <b>No recordings{day === "" ? "" : " on this day"}</b>
          <Box>Stream to the channel; its recording appears here as it is written.</Box>
        </Box>
      }
      cardDefinition={{
        header: (entry) => (
          <PlaceLink to={placeOfRecording(entry)}>{shownDate(entry.startedAt)}</PlaceLink>
        ),
        sections: [
          { id: "picture", content: (entry) => <Thumbnail entry={entry} /> },
          { id: "id", header: "Recording ID", content: ({ id }) => id },
        ],
      }}
    />
  );
}

function placeOfRecording({ bucket, prefix }: RecordingEntry): string {
  return placeOf("/ivs/recordings/:bucket", { bucket }, { prefix });
}

async function listRecordedChannels(aws: AwsClients) {
  const [channels, configurations] = await Promise.all([
    listChannels(aws),
    listRecordingConfigurations(aws),
  ]);
  const buckets = new Map(
    configurations.map(({ arn, destinationConfiguration }) => [
      arn,
      destinationConfiguration?.s3?.bucketName,
    ]),
  );
  return channels.flatMap(({ arn = "", name, recordingConfigurationArn }): RecordedChannel[] => {
    const bucket = buckets.get(recordingConfigurationArn);
    if (bucket === undefined) return [];
    return [{ arn, name: ivsName({ arn, name }), bucket }];
  });
}
