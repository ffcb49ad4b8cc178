import {
  DeleteEncoderConfigurationCommand,
  GetEncoderConfigurationCommand,
} from "@aws-sdk/client-ivs-realtime";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { EncoderConfigurationForm } from "./encoder-configuration-form.tsx";
import { encoderPages, realTimeOf } from "./real-time-calls.ts";

export function EncoderConfigurationsPage() {
  const [creating, setCreating] = useState(false);
  const configurations = useList("encoder configurations", encoderPages);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create encoder configuration
    </Button>
  );
  return (
    <Page
      title="Encoder configurations"
      description="The picture that a composition makes of a stage."
    >
      <ResourceTable
        plural="encoder configurations"
        call={configurations}
        idOf={({ arn }) => arn ?? ""}
        // One at a time: its details are shown.
        details={({ arn = "" }) => <Details arn={arn} />}
        removal={{
          one: "encoder configuration",
          nameOf: ivsName,
          consequences: "A composition must not use it.",
          remove: async (aws, { arn }) => {
            await realTimeOf(aws).send(new DeleteEncoderConfigurationCommand({ arn }));
          },
        }}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No encoder configurations in this Region</b>
            <Box>A composition needs one.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <EncoderConfigurationForm
          onClose={() => setCreating(false)}
          onCreated={configurations.reload}
        />
      )}
    </Page>
  );
}

interface Named {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
}

const COLUMNS = [
  { id: "name", header: "Name", isRowHeader: true, value: (each: Named) => ivsName(each) },
  { id: "arn", header: "ARN", value: ({ arn }: Named) => arn },
];

function Details({ arn }: { readonly arn: string }) {
  const got = useCall(`encoder configuration ${arn}`, (aws) =>
    realTimeOf(aws).send(new GetEncoderConfigurationCommand({ arn })),
  );
  const { width, height, framerate, bitrate = 0 } = got.data?.encoderConfiguration?.video ?? {};
  return (
    <>
      <CallState what="encoder configuration" call={got} />
      {got.data && (
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Picture", value: `${width} × ${height}` },
            { label: "Frames a second", value: framerate },
            { label: "Kilobits a second", value: bitrate / 1_000 },
          ]}
        />
      )}
    </>
  );
}
