import {
  DeleteLoggingConfigurationCommand,
  type LoggingConfigurationSummary,
} from "@aws-sdk/client-ivschat";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { ivsChatOf, loggingConfigurationPages } from "./chat-calls.ts";
import { LoggingConfigurationForm } from "./logging-configuration-form.tsx";
import { destinationOf } from "./logging-facts.ts";

export function LoggingConfigurationsPage() {
  const [creating, setCreating] = useState(false);
  const configurations = useList("logging configurations", loggingConfigurationPages);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create logging configuration
    </Button>
  );
  return (
    <Page
      title="Logging configurations"
      description="The bucket that keeps the messages and events of chat rooms."
    >
      <ResourceTable
        plural="logging configurations"
        call={configurations}
        idOf={({ arn }) => arn ?? ""}
        removal={{
          one: "logging configuration",
          nameOf: ivsName,
          consequences: "What is logged already stays. Rooms must not refer to it any more.",
          remove: async (aws, { arn: identifier }) => {
            await ivsChatOf(aws).send(new DeleteLoggingConfigurationCommand({ identifier }));
          },
        }}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No logging configurations in this Region</b>
            <Box>One names a bucket; rooms refer to it.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && (
        <LoggingConfigurationForm
          onClose={() => setCreating(false)}
          onCreated={configurations.reload}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  nameColumn<LoggingConfigurationSummary>(ivsName, ({ arn = "" }) =>
    placeOf("/ivschat/logging-configurations/:arn", { arn }),
  ),
  { id: "state", header: "State", value: ({ state }: LoggingConfigurationSummary) => state },
  {
    id: "destination",
    header: "Destination",
    value: ({ destinationConfiguration }: LoggingConfigurationSummary) =>
      destinationOf(destinationConfiguration).join(": "),
  },
];
