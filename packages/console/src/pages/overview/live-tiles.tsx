import type { ChannelSummary, StreamSummary } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Moment } from "../../shared/moment.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { StreamState } from "../ivs/stream-state.tsx";

/** Pictures of more streams at once would be a load of their own. */
const PICTURES_MAX = 8;

/** hls.js comes with the first stream. */
const LivePicture = lazy(async () => ({
  default: (await import("./live-picture.tsx")).LivePicture,
}));

/** A tile for each live stream: its picture, viewers and bitrate. */
export function LiveTiles(props: {
  readonly streams: readonly StreamSummary[];
  readonly channels: readonly ChannelSummary[];
}) {
  const { streams, channels } = props;
  const byArn = new Map(channels.map((channel) => [channel.arn, channel]));
  return (
    <Container header={<Header variant="h2">Live now</Header>}>
      <div className="tiles">
        {streams.map((stream, index) => (
          <LiveTile
            key={stream.streamId}
            stream={stream}
            channel={byArn.get(stream.channelArn)}
            pictured={index < PICTURES_MAX}
          />
        ))}
      </div>
    </Container>
  );
}

function LiveTile(props: {
  readonly stream: StreamSummary;
  readonly channel: ChannelSummary | undefined;
  readonly pictured: boolean;
}) {
  const { stream, channel, pictured } = props;
  const { channelArn: arn = "", startTime, viewerCount = 0 } = stream;
  const [bitrate, setBitrate] = useState<number>();
  const name = channel?.name || (arn.split("/").at(-1) ?? arn);
  return (
    <div className="tile">
      {channel?.authorized === true || !pictured ? (
        <div className="player-empty">{channel?.authorized ? "Private" : "Live"}</div>
      ) : (
        <Suspense fallback={<Spinner />}>
          <LivePicture channelArn={arn} label={`Picture of ${name}`} onBitrate={setBitrate} />
        </Suspense>
      )}
      <Box fontWeight="bold">
        <PlaceLink to={placeOf("/ivs/channels/:arn", { arn })}>{name}</PlaceLink>
      </Box>
      <StreamState stream={stream} />
      <Box>
        {viewerCount} {viewerCount === 1 ? "viewer" : "viewers"}
        {bitrate !== undefined && `, ${Math.round(bitrate).toLocaleString("en")} kbit/s`}
      </Box>
      <Box variant="small">
        Since <Moment at={startTime} />
      </Box>
    </div>
  );
}
