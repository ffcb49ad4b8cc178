import { type AdConfigurationSummary, DeleteAdConfigurationCommand } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useList } from "../../wire/use-list.ts";
import { AdConfigurationForm } from "./ad-configuration-form.tsx";
import { playbackArns, shownPostRoll } from "./ad-facts.ts";
import { adConfigurationPages } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";

export function AdConfigurationsPage() {
  const [editing, setEditing] = useState<AdConfigurationSummary | "new">();
  const configurations = useList("ad configurations", adConfigurationPages);
  const create = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      Create ad configuration
    </Button>
  );
  return (
    <Page
      title="Ad configurations"
      description="A channel that refers to one may have ad breaks. Players see their marks; no ads are put in."
    >
      <ResourceTable
        plural="ad configurations"
        call={configurations}
        idOf={({ arn }) => arn ?? ""}
        removal={{
          one: "ad configuration",
          nameOf: ivsName,
          remove: async ({ ivs }, { arn }) => {
            await ivs.send(new DeleteAdConfigurationCommand({ arn }));
          },
        }}
        actions={([chosen, ...others]) => (
          <Actions>
            <Button
              disabled={!chosen || others.length > 0}
              onClick={() => chosen && setEditing(chosen)}
            >
              Edit
            </Button>
            {create}
          </Actions>
        )}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No ad configurations in this Region</b>
            <Box>Channels without one have no ad breaks.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {editing !== undefined && (
        <AdConfigurationForm
          configuration={editing === "new" ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSaved={configurations.reload}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  nameColumn<AdConfigurationSummary>(ivsName, ({ arn = "" }) =>
    placeOf("/ivs/ad-configurations/:arn", { arn }),
  ),
  {
    id: "playback",
    header: "Playback configurations",
    value: (ads: AdConfigurationSummary) =>
      playbackArns(ads)
        .map((arn) => arn.split("/").at(-1))
        .join(", "),
  },
  { id: "post-roll", header: "Post-roll", value: shownPostRoll },
];
