import {
  DeleteStorageConfigurationCommand,
  type StorageConfigurationSummary,
} from "@aws-sdk/client-ivs-realtime";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { realTimeOf, storagePages } from "./real-time-calls.ts";
import { StorageConfigurationForm } from "./storage-configuration-form.tsx";

export function StorageConfigurationsPage() {
  const [creating, setCreating] = useState(false);
  const configurations = useList("storage configurations", storagePages);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create storage configuration
    </Button>
  );
  return (
    <Page
      title="Storage configurations"
      description="The buckets that keep recordings of participants and compositions."
    >
      <ResourceTable
        plural="storage configurations"
        call={configurations}
        idOf={({ arn }) => arn ?? ""}
        removal={{
          one: "storage configuration",
          nameOf: ivsName,
          consequences: "Recordings stay, and so does the bucket's policy.",
          remove: async (aws, { arn }) => {
            await realTimeOf(aws).send(new DeleteStorageConfigurationCommand({ arn }));
          },
        }}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No storage configurations in this Region</b>
            <Box>One names a bucket; stages and compositions refer to it.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <StorageConfigurationForm
          onClose={() => setCreating(false)}
          onCreated={configurations.reload}
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
    value: (configuration: StorageConfigurationSummary) => ivsName(configuration),
  },
  {
    id: "bucket",
    header: "Bucket",
    value: ({ s3 }: StorageConfigurationSummary) => s3?.bucketName,
    cell: ({ s3 }: StorageConfigurationSummary) => (
      <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket: s3?.bucketName ?? "" })}>
        {s3?.bucketName}
      </PlaceLink>
    ),
  },
  { id: "arn", header: "ARN", value: ({ arn }: StorageConfigurationSummary) => arn },
];
