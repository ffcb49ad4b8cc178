import {
  type ChannelSummary,
  DeleteChannelCommand,
  paginateListStreams,
  type StreamSummary,
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
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { listChannels } from "./ivs-lists.ts";
import { StreamState } from "./stream-state.tsx";

interface Row {
  readonly arn: string;
  readonly channel: ChannelSummary;
  readonly stream: StreamSummary | undefined;
}

const POLL_MS = 5_000;

export function ChannelsPage() {
  const { ivs } = useAws();
  const { done } = useNotices();
  const channels = useCall("channels", listRows, { everyMs: POLL_MS });
  const [selected, setSelected] = useState<readonly Row[]>([]);
  const [deleting, setDeleting] = useState<Row>();
  const chosen = selected[0];
  const create = (
    <Button variant="primary" onClick={() => goTo("#/ivs/channels/create")}>
      Create channel
    </Button>
  );
  return (
    <Page title="Channels" description="Where encoders stream to, and players watch from.">
      <ResourceTable
        plural="channels"
        call={channels}
        idOf={({ arn }) => arn}
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
            <b>No channels in this Region</b>
            <Box>A channel gives a stream key for OBS or ffmpeg, and a URL to watch.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {deleting && (
        <DeleteModal
          what={`channel ${deleting.channel.name || deleting.arn}`}
          consequences={
            <Box>Its stream keys and sessions go with it. Recordings stay in their bucket.</Box>
          }
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await ivs.send(new DeleteChannelCommand({ arn: deleting.arn }));
            done(`Channel ${deleting.channel.name || deleting.arn} is deleted.`);
            setSelected([]);
            channels.reload();
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
    sortingComparator: (a: Row, b: Row) => nameOf(a).localeCompare(nameOf(b)),
    cell: (row: Row) => (
      <PlaceLink to={placeOf("/ivs/channels/:arn", { arn: row.arn })}>{nameOf(row)}</PlaceLink>
    ),
  },
  { id: "state", header: "Stream", cell: ({ stream }: Row) => <StreamState stream={stream} /> },
  { id: "type", header: "Type", cell: ({ channel }: Row) => channel.type },
  { id: "latency", header: "Latency", cell: ({ channel }: Row) => channel.latencyMode },
  {
    id: "recording",
    header: "Recorded",
    cell: ({ channel }: Row) => (channel.recordingConfigurationArn ? "Yes" : "No"),
  },
  {
    id: "private",
    header: "Private",
    cell: ({ channel }: Row) => (channel.authorized ? "Yes" : "No"),
  },
];

function nameOf({ channel, arn }: Row): string {
  return channel.name || arn.split("/").at(-1) || arn;
}

async function listRows(aws: AwsClients): Promise<readonly Row[]> {
  const [channels, streams] = await Promise.all([
    listChannels(aws),
    allPages(paginateListStreams({ client: aws.ivs }, {}), (page) => page.streams),
  ]);
  const live = new Map(streams.map((stream) => [stream.channelArn, stream]));
  return channels.map((channel) => ({
    arn: channel.arn ?? "",
    channel,
    stream: live.get(channel.arn),
  }));
}
