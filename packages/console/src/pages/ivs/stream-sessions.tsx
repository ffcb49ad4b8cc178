import { GetStreamSessionCommand, paginateListStreamSessions } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Steps from "@cloudscape-design/components/steps";
import { CallFailure } from "../../shared/call-failure.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownDate, shownDuration } from "../../shared/shown-values.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";

interface Session {
  readonly streamId?: string | undefined;
  readonly startTime?: Date | undefined;
  readonly endTime?: Date | undefined;
  readonly hasErrorEvent?: boolean | undefined;
}

const POLL_MS = 5_000;

/** The channel's streams of the last 60 days; one chosen shows its events in order. */
export function StreamSessions({ channelArn }: { readonly channelArn: string }) {
  const sessions = useList(
    `sessions of ${channelArn}`,
    ({ ivs: client }) =>
      pagesOf(
        paginateListStreamSessions({ client }, { channelArn }),
        (page): readonly Session[] | undefined => page.streamSessions,
      ),
    { everyMs: POLL_MS },
  );
  return (
    <ResourceTable
      plural="stream sessions"
      call={sessions}
      idOf={({ streamId = "" }) => streamId}
      empty="Nobody has streamed to this channel yet."
      columns={COLUMNS}
      details={({ streamId = "" }) => (
        <SessionDetails channelArn={channelArn} streamId={streamId} />
      )}
    />
  );
}

const COLUMNS = [
  { id: "id", header: "Stream ID", isRowHeader: true, value: ({ streamId }: Session) => streamId },
  { id: "start", header: "Started", value: ({ startTime }: Session) => startTime },
  {
    id: "duration",
    header: "Duration",
    value: ({ startTime, endTime }: Session) =>
      startTime && (endTime?.getTime() ?? Number.POSITIVE_INFINITY) - startTime.getTime(),
    cell: ({ startTime, endTime }: Session) =>
      startTime && endTime ? shownDuration(endTime.getTime() - startTime.getTime()) : "Running",
  },
  {
    id: "errors",
    header: "Errors",
    value: ({ hasErrorEvent }: Session) => (hasErrorEvent ? "Has errors" : "None"),
    cell: ({ hasErrorEvent }: Session) =>
      hasErrorEvent ? (
        <StatusIndicator type="error">Has errors</StatusIndicator>
      ) : (
        <StatusIndicator>None</StatusIndicator>
      ),
  },
];

function SessionDetails(props: { readonly channelArn: string; readonly streamId: string }) {
  const { channelArn, streamId } = props;
  const details = useCall(
    `session ${streamId}`,
    ({ ivs }) => ivs.send(new GetStreamSessionCommand({ channelArn, streamId })),
    { everyMs: POLL_MS },
  );
  if (details.error !== undefined) {
    return (
      <CallFailure
        title="The session can't be shown"
        error={details.error}
        onRetry={details.reload}
      />
    );
  }
  const session = details.data?.streamSession;
  if (!session) return <Spinner />;
  const { video, audio } = session.ingestConfiguration ?? {};
  const events = session.truncatedEvents ?? [];
  return (
    <Container header={<Header variant="h2">Session {streamId}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            {
              label: "Video",
              value: video
                ? `${video.videoWidth}×${video.videoHeight}, ${video.targetFramerate} frames/s`
                : "–",
            },
            { label: "Video codec", value: video?.codec ?? "–" },
            {
              label: "Video bitrate",
              value: video?.targetBitrate
                ? `${Math.round(video.targetBitrate / 1_000)} kbit/s`
                : "–",
            },
            { label: "Encoder", value: video?.encoder || "–" },
            { label: "Audio codec", value: audio?.codec ?? "–" },
            {
              label: "Audio",
              value: audio ? `${audio.sampleRate} Hz, ${audio.channels} channels` : "–",
            },
            {
              label: "Recorded to",
              value:
                session.recordingConfiguration?.destinationConfiguration?.s3?.bucketName ??
                "Not recorded",
            },
          ]}
        />
        <div>
          <Box variant="h3">Events</Box>
          {events.length === 0 ? (
            <Box>No events yet.</Box>
          ) : (
            <Steps
              ariaLabel={`Events of ${streamId}`}
              steps={[...events]
                .sort((a, b) => (a.eventTime?.getTime() ?? 0) - (b.eventTime?.getTime() ?? 0))
                .map((event) => ({
                  status: event.code || /fail/i.test(event.name ?? "") ? "error" : "success",
                  header: `${shownDate(event.eventTime)} ${event.name}`,
                  details: [event.type, event.code].filter(Boolean).join(", "),
                }))}
            />
          )}
        </div>
      </SpaceBetween>
    </Container>
  );
}
