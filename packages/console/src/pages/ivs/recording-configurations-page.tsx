import {
  DeleteRecordingConfigurationCommand,
  type RecordingConfigurationSummary,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { CreateRecordingConfiguration } from "./create-recording-configuration.tsx";
import { recordingConfigurationPages } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";
import { RecordingConfigurationState } from "./recording-configuration-state.tsx";

const POLL_MS = 2_000;
const ROLE = "AWSServiceRoleForIVSRecordToS3";

export function RecordingConfigurationsPage() {
  const [creating, setCreating] = useState(false);
  const configurations = useList("recording configurations", recordingConfigurationPages, {
    everyMs: POLL_MS,
  });
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
        removal={{
          one: "recording configuration",
          nameOf: ivsName,
          consequences: "The bucket and its recordings stay.",
          remove: async ({ ivs }, { arn }) => {
            await ivs.send(new DeleteRecordingConfigurationCommand({ arn }));
          },
        }}
        actions={create}
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
    </Page>
  );
}

function bucketOf({ destinationConfiguration }: RecordingConfigurationSummary): string {
  return destinationConfiguration?.s3?.bucketName ?? "";
}

const COLUMNS = [
  nameColumn<RecordingConfigurationSummary>(ivsName, ({ arn = "" }) =>
    placeOf("/ivs/recording-configurations/:arn", { arn }),
  ),
  {
    id: "state",
    header: "State",
    value: ({ state }: RecordingConfigurationSummary) => state,
    cell: ({ state }: RecordingConfigurationSummary) => (
      <RecordingConfigurationState state={state} />
    ),
  },
  {
    id: "bucket",
    header: "Bucket",
    value: bucketOf,
    cell: (item: RecordingConfigurationSummary) => {
      const bucket = bucketOf(item);
      return <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket })}>{bucket}</PlaceLink>;
    },
  },
  {
    id: "arn",
    header: "ID",
    value: ({ arn }: RecordingConfigurationSummary) => arn?.split("/").at(-1),
  },
];
