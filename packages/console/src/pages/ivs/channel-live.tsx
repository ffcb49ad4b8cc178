import {
  type Channel,
  GetStreamCommand,
  type IvsClient,
  StopStreamCommand,
} from "@aws-sdk/client-ivs";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useEffect, useState } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { ChannelTestPicture } from "../test-picture/channel-test-picture.tsx";
import { BrowserBroadcast } from "./browser-broadcast.tsx";
import { LiveCharts, SAMPLES_MAX, type Sample } from "./live-charts.tsx";
import { LiveFacts } from "./live-facts.tsx";
import { LivePlayer, type Measurement, type Picture } from "./live-player.tsx";
import { ShareChannel } from "./share-channel.tsx";
import { playedPath } from "./watch-link.ts";

const POLL_MS = 2_000;

/** The stream as it is now: preview, state, what is measured, and the end of it. */
export function ChannelLive(props: {
  readonly channel: Channel;
  /** A playback token that the page's address brought along. */
  readonly givenToken: string;
  readonly onChanged: () => void;
}) {
  const { channel, givenToken } = props;
  const channelArn = channel.arn ?? "";
  const live = useCall(`stream of ${channelArn}`, async ({ ivs }) => getStream(ivs, channelArn), {
    everyMs: POLL_MS,
  });
  const [token, setToken] = useState(givenToken);
  const [trouble, setTrouble] = useState<string>();
  const [picture, setPicture] = useState<Picture>();
  const measured = useMeasurements(live.data);
  const stop = useAction("The stream wasn't stopped", async ({ ivs }) => {
    await ivs.send(new StopStreamCommand({ channelArn }));
    live.reload();
    return "The stream is stopped. The encoder can connect again; delete its key to keep it out.";
  });
  const stream = live.data?.stream;
  const watchable = channel.authorized !== true || token !== "";
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              disabled={stream === undefined}
              loading={stop.running}
              onClick={() => stop.run()}
            >
              Stop stream
            </Button>
          }
        >
          Live
        </Header>
      }
    >
      <SpaceBetween size="m">
        {live.error !== undefined && (
          <CallFailure title="The stream can't be shown" error={live.error} onRetry={live.reload} />
        )}
        {channel.authorized && (
          <FormField
            label="Playback token"
            description={
              <>
                This channel is private:{" "}
                <PlaceLink to="#/ivs/playback-tokens">make a token</PlaceLink> with one of your
                playback keys.
              </>
            }
          >
            <Input
              value={token}
              spellcheck={false}
              onChange={({ detail }) => setToken(detail.value.trim())}
            />
          </FormField>
        )}
        <ColumnLayout columns={2}>
          {stream && watchable ? (
            <LivePlayer
              url={playedPath(channel.playbackUrl ?? "", token)}
              label={`Live preview of ${channel.name ?? channelArn}`}
              onMeasured={measured.add}
              onPicture={setPicture}
              onError={setTrouble}
            />
          ) : (
            <div className="player-empty">
              <b>{stream ? "Live, but private" : "Nobody is streaming"}</b>
              <div>
                {stream
                  ? "Give a playback token to watch."
                  : "Start OBS or ffmpeg with the settings below, or let the server stream."}
              </div>
              {live.data && !stream && (
                <ChannelTestPicture
                  channel={channel}
                  onStarted={live.reload}
                  onChanged={props.onChanged}
                />
              )}
            </div>
          )}
          <LiveFacts stream={stream} channel={channel} picture={stream && picture} />
        </ColumnLayout>
        {live.data && (
          <BrowserBroadcast
            channel={channel}
            isLive={stream !== undefined}
            onStarted={live.reload}
          />
        )}
        <SpaceBetween size="xs">
          <KeyValuePairs
            items={[
              {
                label: "Playback URL",
                value: <CopiedValue label="playback URL" value={channel.playbackUrl ?? "–"} />,
              },
            ]}
          />
          <ShareChannel channel={channel} token={token} />
        </SpaceBetween>
        {stream && trouble !== undefined && (
          <Alert type="info">The preview waits for video: {trouble}</Alert>
        )}
        {stream && (
          <LiveCharts
            health={measured.health}
            bitrate={measured.bitrate}
            frameRate={measured.frameRate}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

type Polled = Awaited<ReturnType<typeof getStream>>;

/** A channel without stream is no error on this page. */
async function getStream(ivs: IvsClient, channelArn: string) {
  try {
    const { stream } = await ivs.send(new GetStreamCommand({ channelArn }));
    return { stream, at: new Date() };
  } catch (error) {
    if (error instanceof Error && error.name === "ChannelNotBroadcasting") {
      return { stream: undefined, at: new Date() };
    }
    throw error;
  }
}

/** The series of the charts: health from GetStream, the others from what the preview receives. */
function useMeasurements(polled: Polled | undefined) {
  const [health, setHealth] = useState<readonly Sample[]>([]);
  const [bitrate, setBitrate] = useState<readonly Sample[]>([]);
  const [frameRate, setFrameRate] = useState<readonly Sample[]>([]);
  useEffect(() => {
    const { stream, at } = polled ?? {};
    if (!stream || !at || stream.health === "UNKNOWN") return;
    const value = stream.health === "HEALTHY" ? 1 : 0;
    setHealth((known) => [...known, { at, value }].slice(-SAMPLES_MAX));
  }, [polled]);
  const add = useCallback(({ at, kilobitsPerSecond, framesPerSecond }: Measurement) => {
    if (kilobitsPerSecond !== undefined) {
      setBitrate((known) => [...known, { at, value: kilobitsPerSecond }].slice(-SAMPLES_MAX));
    }
    if (framesPerSecond !== undefined) {
      setFrameRate((known) => [...known, { at, value: framesPerSecond }].slice(-SAMPLES_MAX));
    }
  }, []);
  return { health, bitrate, frameRate, add };
}
