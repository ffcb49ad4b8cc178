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
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { CreateKeyPair } from "./create-key-pair.tsx";
import { ImportKeyPair } from "./import-key-pair.tsx";

export function PlaybackKeysPage() {
  const [form, setForm] = useState<"create" | "import">();
  const keys = useList("playback keys", ({ ivs: client }) =>
    pagesOf(paginateListPlaybackKeyPairs({ client }, {}), (page) => page.keyPairs),
  );
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
        removal={{
          one: "playback key",
          nameOf: ivsName,
          consequences: "Tokens that it signed open nothing any more.",
          remove: async ({ ivs }, { arn }) => {
            await ivs.send(new DeletePlaybackKeyPairCommand({ arn }));
          },
        }}
        actions={
          <Actions>
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
          nameColumn<PlaybackKeyPairSummary>(ivsName, ({ arn = "" }) =>
            placeOf("/ivs/playback-keys/:arn", { arn }),
          ),
          { id: "arn", header: "ARN", value: ({ arn }: PlaybackKeyPairSummary) => arn },
        ]}
      />
      {form === "create" && <CreateKeyPair onClose={close} onCreated={keys.reload} />}
      {form === "import" && <ImportKeyPair onClose={close} onImported={keys.reload} />}
    </Page>
  );
}
