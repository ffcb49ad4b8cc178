import { GetParticipantCommand, type StageSessionSummary } from "@aws-sdk/client-ivs-realtime";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { placeOf } from "../../routing/hash-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownDuration } from "../../shared/shown-values.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { PARTICIPANT_COLUMNS } from "./participant-columns.tsx";
import { participantPages, realTimeOf, sessionPages } from "./real-time-calls.ts";

const POLL_MS = 5_000;

/** A stage's sessions; one chosen shows its participants, and one of those its details. */
export function StageSessions({ stageArn }: { readonly stageArn: string }) {
  const sessions = useList(`sessions of ${stageArn}`, (aws) => sessionPages(aws, stageArn), {
    everyMs: POLL_MS,
  });
  return (
    <ResourceTable
      plural="sessions"
      call={sessions}
      idOf={({ sessionId = "" }) => sessionId}
      empty="The stage has had no participants yet."
      columns={COLUMNS}
      details={({ sessionId = "" }) => (
        <SessionParticipants stageArn={stageArn} sessionId={sessionId} />
      )}
    />
  );
}

const COLUMNS = [
  {
    id: "id",
    header: "Session ID",
    isRowHeader: true,
    value: ({ sessionId }: StageSessionSummary) => sessionId,
  },
  { id: "start", header: "Started", value: ({ startTime }: StageSessionSummary) => startTime },
  {
    id: "duration",
    header: "Duration",
    value: ({ startTime, endTime }: StageSessionSummary) =>
      startTime && endTime ? shownDuration(endTime.getTime() - startTime.getTime()) : "Running",
  },
];

interface Session {
  readonly stageArn: string;
  readonly sessionId: string;
}

function SessionParticipants({ stageArn, sessionId }: Session) {
  const participants = useList(`participants of ${sessionId}`, (aws) =>
    participantPages(aws, stageArn, sessionId),
  );
  return (
    <ResourceTable
      plural="participants"
      call={participants}
      idOf={({ participantId = "" }) => participantId}
      empty="The session had no participants."
      columns={PARTICIPANT_COLUMNS}
      details={({ participantId = "" }) => (
        <ParticipantDetails stageArn={stageArn} sessionId={sessionId} id={participantId} />
      )}
    />
  );
}

function ParticipantDetails(props: Session & { readonly id: string }) {
  const { stageArn, sessionId, id: participantId } = props;
  const got = useCall(`participant ${participantId} of ${sessionId}`, (aws) =>
    realTimeOf(aws).send(new GetParticipantCommand({ stageArn, sessionId, participantId })),
  );
  const person = got.data?.participant;
  const { recordingS3BucketName: bucket = "", recordingS3Prefix: prefix = "" } = person ?? {};
  return (
    <>
      <CallState what="participant" call={got} />
      {person && (
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Protocol", value: person.protocol },
            {
              label: "Client",
              value: [person.browserName, person.browserVersion, person.osName, person.sdkVersion]
                .filter(Boolean)
                .join(" "),
            },
            {
              label: "Recording",
              value: bucket ? (
                <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket }, { prefix })}>
                  {bucket}/{prefix}
                </PlaceLink>
              ) : (
                "Not recorded"
              ),
            },
          ]}
        />
      )}
    </>
  );
}
