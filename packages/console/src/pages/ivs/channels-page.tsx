import { type ChannelSummary, paginateListStreams, type StreamSummary } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useList } from "../../wire/use-list.ts";
import { CHANNEL_REMOVAL } from "./channel-removal.ts";
import { channelPages } from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";
import { StreamState } from "./stream-state.tsx";

interface Row {
  readonly arn: string;
  readonly channel: ChannelSummary;
  readonly stream: StreamSummary | undefined;
}

const POLL_MS = 5_000;

export function ChannelsPage() {
  const channels = useList("channels", rowPages, { everyMs: POLL_MS });
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
        removal={CHANNEL_REMOVAL}
        actions={create}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No channels in this Region</b>
            <Box>A channel gives a stream key for OBS or ffmpeg, and a URL to watch.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
    </Page>
  );
}

const COLUMNS = [
  nameColumn<Row>(
    ({ channel }) => ivsName(channel),
    ({ arn }) => placeOf("/ivs/channels/:arn", { arn }),
  ),
  {
    id: "state",
    header: "Stream",
    value: ({ stream }: Row) => (stream ? `Live ${stream.health}` : "Offline"),
    cell: ({ stream }: Row) => <StreamState stream={stream} />,
  },
  { id: "type", header: "Type", value: ({ channel }: Row) => channel.type },
  { id: "latency", header: "Latency", value: ({ channel }: Row) => channel.latencyMode },
  {
    id: "recording",
    header: "Recorded",
    value: ({ channel }: Row) => (channel.recordingConfigurationArn ? "Yes" : "No"),
  },
  {
    id: "private",
    header: "Private",
    value: ({ channel }: Row) => (channel.authorized ? "Yes" : "No"),
  },
];

async function* rowPages(aws: AwsClients): AsyncIterable<readonly Row[]> {
  let live: ReadonlyMap<string | undefined, StreamSummary> | undefined;
  for await (const channels of channelPages(aws)) {
    live ??= await liveStreams(aws);
    yield channels.map((channel) => {
      const { arn = "" } = channel;
      return { arn, channel, stream: live?.get(arn) };
    });
  }
}

async function liveStreams({ ivs: client }: AwsClients) {
  const streams = await allPages(paginateListStreams({ client }, {}), (page) => page.streams);
  return new Map(streams.map((stream) => [stream.channelArn, stream]));
}
