import {
  DeleteRecordingConfigurationCommand,
  type RecordingConfigurationSummary,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { CreateRecordingConfiguration } from "./create-recording-configuration.tsx";
import { listRecordingConfigurations } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";
import { RecordingConfigurationState } from "./recording-configuration-state.tsx";

const POLL_MS = 2_000;
const ROLE = "AWSServiceRoleForIVSRecordToS3";

export function RecordingConfigurationsPage() {
  const { ivs } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly RecordingConfigurationSummary[]>([]);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<RecordingConfigurationSummary>();
  const configurations = useCall("recording configurations", listRecordingConfigurations, {
    everyMs: POLL_MS,
  });
  const chosen = selected[0];
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create recording configuration
    </Button>
  );
  return (
    <Page
      title="Recording configurations"
      description={
        <>
          Where channels record to. IVS writes there with its service-linked role,{" "}
          <PlaceLink to={placeOf("/iam/roles/:name", { name: ROLE })}>{ROLE}</PlaceLink>.
        </>
      }
    >
      <ResourceTable
        plural="recording configurations"
        call={configurations}
        idOf={({ arn }) => arn ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            {create}
          </Actions>
        }
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No recording configurations in this Region</b>
            <Box>One names a bucket of this Region; channels refer to it.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <CreateRecordingConfiguration
          onClose={() => setCreating(false)}
          onCreated={configurations.reload}
        />
      )}
      {deleting && (
        <DeleteModal
          what={`recording configuration ${ivsName(deleting)}`}
          consequences={<Box>The bucket and its recordings stay.</Box>}
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await ivs.send(new DeleteRecordingConfigurationCommand({ arn: deleting.arn }));
            done(`Recording configuration ${ivsName(deleting)} is deleted.`);
            setSelected([]);
            configurations.reload();
          }}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    cell: (item: RecordingConfigurationSummary) => (
      <PlaceLink to={placeOf("/ivs/recording-configurations/:arn", { arn: item.arn ?? "" })}>
        {ivsName(item)}
      </PlaceLink>
    ),
  },
  {
    id: "state",
    header: "State",
    cell: ({ state }: RecordingConfigurationSummary) => (
      <RecordingConfigurationState state={state} />
    ),
  },
  {
    id: "bucket",
    header: "Bucket",
    cell: (item: RecordingConfigurationSummary) => {
      const bucket = item.destinationConfiguration?.s3?.bucketName ?? "";
      return <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket })}>{bucket}</PlaceLink>;
    },
  },
  {
    id: "arn",
    header: "ID",
    cell: ({ arn }: RecordingConfigurationSummary) => arn?.split("/").at(-1),
  },
];
