import type { ParticipantSummary } from "@aws-sdk/client-ivs-realtime";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Moment } from "../../shared/moment.tsx";

export type Person = ParticipantSummary;

/** The columns of lists of participants. */
export const PARTICIPANT_COLUMNS = [
  {
    id: "user",
    header: "User ID",
    isRowHeader: true,
    value: ({ userId, participantId }: Person) => userId || participantId,
  },
  { id: "id", header: "Participant ID", value: ({ participantId }: Person) => participantId },
  {
    id: "state",
    header: "State",
    value: ({ state }: Person) => state,
    cell: ({ state }: Person) => (
      <StatusIndicator type={state === "CONNECTED" ? "success" : "stopped"}>
        {state === "CONNECTED" ? "Connected" : "Disconnected"}
      </StatusIndicator>
    ),
  },
  {
    id: "published",
    header: "Published",
    value: ({ published }: Person) => (published ? "Yes" : "No"),
  },
  { id: "recording", header: "Recording", value: ({ recordingState }: Person) => recordingState },
  {
    id: "joined",
    header: "Joined",
    value: ({ firstJoinTime }: Person) => firstJoinTime,
    cell: ({ firstJoinTime }: Person) => <Moment at={firstJoinTime} />,
  },
];
