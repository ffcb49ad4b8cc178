import {
  DeletePlaybackKeyPairCommand,
  type PlaybackKeyPairSummary,
  paginateListPlaybackKeyPairs,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { CreateKeyPair } from "./create-key-pair.tsx";
import { ImportKeyPair } from "./import-key-pair.tsx";

export function PlaybackKeysPage() {
  const { ivs } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly PlaybackKeyPairSummary[]>([]);
  const [form, setForm] = useState<"create" | "import">();
  const [deleting, setDeleting] = useState<PlaybackKeyPairSummary>();
  const keys = useCall("playback keys", ({ ivs: client }) =>
    allPages(paginateListPlaybackKeyPairs({ client }, {}), (page) => page.keyPairs),
  );
  const chosen = selected[0];
  const close = () => setForm(undefined);
  return (
    <Page
      title="Playback keys"
      description="Tokens that one of these keys signed open private channels."
      actions={<Button onClick={() => goTo("#/ivs/playback-tokens")}>Make a token</Button>}
    >
      <ResourceTable
        plural="playback keys"
        call={keys}
        idOf={({ arn }) => arn ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            <Button onClick={() => setForm("import")}>Import public key</Button>
            <Button variant="primary" onClick={() => setForm("create")}>
              Create key pair
            </Button>
          </Actions>
        }
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No playback keys in this Region</b>
            <Box>Create a pair here, or import the public half of one of yours.</Box>
          </SpaceBetween>
        }
        columns={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: (pair: PlaybackKeyPairSummary) => (
              <PlaceLink to={placeOf("/ivs/playback-keys/:arn", { arn: pair.arn ?? "" })}>
                {ivsName(pair)}
              </PlaceLink>
            ),
          },
          { id: "arn", header: "ARN", cell: ({ arn }: PlaybackKeyPairSummary) => arn },
        ]}
      />
      {form === "create" && <CreateKeyPair onClose={close} onCreated={keys.reload} />}
      {form === "import" && <ImportKeyPair onClose={close} onImported={keys.reload} />}
      {deleting && (
        <DeleteModal
          what={`playback key ${ivsName(deleting)}`}
          consequences={<Box>Tokens that it signed open nothing any more.</Box>}
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await ivs.send(new DeletePlaybackKeyPairCommand({ arn: deleting.arn }));
            done("The playback key is deleted.");
            setSelected([]);
            keys.reload();
          }}
        />
      )}
    </Page>
  );
}
