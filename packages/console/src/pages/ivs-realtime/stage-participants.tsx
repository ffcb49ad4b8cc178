import { DisconnectParticipantCommand, GetStageCommand } from "@aws-sdk/client-ivs-realtime";
import { useMemo } from "react";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useList } from "../../wire/use-list.ts";
import { PARTICIPANT_COLUMNS, type Person } from "./participant-columns.tsx";
import { participantPages, realTimeOf } from "./real-time-calls.ts";

const POLL_MS = 3_000;

/** The participants of a stage's session that goes on, who can be disconnected. */
export function StageParticipants({ stageArn }: { readonly stageArn: string }) {
  const participants = useList(
    `participants of ${stageArn}`,
    (aws) => connectedPages(aws, stageArn),
    { everyMs: POLL_MS },
  );
  const removal = useMemo(
    (): Removal<Person> => ({
      one: "participant",
      verb: "Disconnect",
      done: "disconnected",
      reversible: true,
      nameOf: ({ participantId = "", userId }) => userId || participantId,
      consequences: "The token opens the stage no more; another one does.",
      remove: async (aws, { participantId }) => {
        const reason = "Disconnected in the console";
        await realTimeOf(aws).send(
          new DisconnectParticipantCommand({ stageArn, participantId, reason }),
        );
      },
    }),
    [stageArn],
  );
  return (
    <ResourceTable
      plural="participants"
      call={participants}
      idOf={({ participantId = "" }) => participantId}
      removal={removal}
      empty="The stage has no participants."
      columns={PARTICIPANT_COLUMNS}
    />
  );
}

async function* connectedPages(aws: AwsClients, arn: string): AsyncIterable<readonly Person[]> {
  const { stage } = await realTimeOf(aws).send(new GetStageCommand({ arn }));
  const { activeSessionId } = stage ?? {};
  if (!activeSessionId) return;
  for await (const page of participantPages(aws, arn, activeSessionId))
    yield page.filter(({ state }) => state === "CONNECTED");
}
