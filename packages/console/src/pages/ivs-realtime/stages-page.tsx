import { DeleteStageCommand, type StageSummary } from "@aws-sdk/client-ivs-realtime";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { realTimeOf, stagePages } from "./real-time-calls.ts";
import { StageForm } from "./stage-form.tsx";

const STAGE_PAGE = "/ivs-realtime/stages/:arn";
const POLL_MS = 5_000;

/** How stages are deleted. */
export const STAGE_REMOVAL: Removal<{
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
}> = {
  one: "stage",
  nameOf: ivsName,
  consequences: "Its participants are disconnected. What was recorded of them stays.",
  remove: async (aws, { arn }) => {
    await realTimeOf(aws).send(new DeleteStageCommand({ arn }));
  },
};

export function StagesPage() {
  const [creating, setCreating] = useState(false);
  const stages = useList("stages", stagePages, { everyMs: POLL_MS });
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create stage
    </Button>
  );
  return (
    <Page
      title="Stages"
      description="Participants with tokens see and hear each other within a fraction of a second."
    >
      <ResourceTable
        plural="stages"
        call={stages}
        idOf={({ arn }) => arn ?? ""}
        removal={STAGE_REMOVAL}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No stages in this Region</b>
            <Box>Browsers join a stage with Amazon's SDK, encoders by WHIP or RTMP.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <StageForm
          stage={undefined}
          onClose={() => setCreating(false)}
          onSaved={(arn) => goTo(placeOf(STAGE_PAGE, { arn }))}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  nameColumn<StageSummary>(ivsName, ({ arn = "" }) => placeOf(STAGE_PAGE, { arn })),
  {
    id: "session",
    header: "Session",
    value: ({ activeSessionId }: StageSummary) => activeSessionId ?? "",
    cell: ({ activeSessionId }: StageSummary) =>
      activeSessionId ? (
        <StatusIndicator type="success">{activeSessionId}</StatusIndicator>
      ) : (
        <StatusIndicator type="stopped">No participants</StatusIndicator>
      ),
  },
];
