import { type AdConfigurationSummary, DeleteAdConfigurationCommand } from "@aws-sdk/client-ivs";
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
import { AdConfigurationForm } from "./ad-configuration-form.tsx";
import { playbackArns, shownPostRoll } from "./ad-facts.ts";
import { listAdConfigurations } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";

export function AdConfigurationsPage() {
  const { ivs } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly AdConfigurationSummary[]>([]);
  const [editing, setEditing] = useState<AdConfigurationSummary | "new">();
  const [deleting, setDeleting] = useState<AdConfigurationSummary>();
  const configurations = useCall("ad configurations", listAdConfigurations);
  const changed = () => {
    setSelected([]);
    configurations.reload();
  };
  const chosen = selected[0];
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
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            <Button disabled={!chosen} onClick={() => setEditing(chosen)}>
              Edit
            </Button>
            {create}
          </Actions>
        }
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
          onSaved={changed}
        />
      )}
      {deleting && (
        <DeleteModal
          what={`ad configuration ${ivsName(deleting)}`}
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await ivs.send(new DeleteAdConfigurationCommand({ arn: deleting.arn }));
            done(`Ad configuration ${ivsName(deleting)} is deleted.`);
            changed();
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
    cell: (ads: AdConfigurationSummary) => (
      <PlaceLink to={placeOf("/ivs/ad-configurations/:arn", { arn: ads.arn ?? "" })}>
        {ivsName(ads)}
      </PlaceLink>
    ),
  },
  {
    id: "playback",
    header: "Playback configurations",
    cell: (ads: AdConfigurationSummary) =>
      playbackArns(ads)
        .map((arn) => arn.split("/").at(-1))
        .join(", "),
  },
  { id: "post-roll", header: "Post-roll", cell: shownPostRoll },
];
