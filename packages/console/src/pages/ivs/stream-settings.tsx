import {
  type Channel,
  CreateStreamKeyCommand,
  DeleteStreamKeyCommand,
  GetStreamKeyCommand,
  paginateListStreamKeys,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useAction } from "../../shared/use-action.ts";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { broadcastCommand, ffmpegCommand, HIDDEN } from "./encoder-commands.ts";
import { EncoderLine } from "./encoder-line.tsx";
import { ingestUrl, srtUrl, useIngestPorts } from "./ingest-url.ts";
import { ObsSettings } from "./obs-settings.tsx";

/** The stream key, shown when it is asked for, and what to give to OBS and ffmpeg. */
export function StreamSettings(props: {
  readonly channel: Channel;
  readonly onChanged: () => void;
}) {
  const { channel, onChanged } = props;
  const { ivs: client } = useAws();
  const channelArn = channel.arn ?? "";
  const keys = useCall(`stream keys of ${channelArn}`, async () =>
    allPages(paginateListStreamKeys({ client }, { channelArn }), (page) => page.streamKeys),
  );
  const ports = useIngestPorts();
  const [value, setValue] = useState<string>();
  const arn = keys.data?.[0]?.arn;
  const readKey = async () => {
    const { streamKey } = await client.send(new GetStreamKeyCommand({ arn }));
    return streamKey?.value ?? "";
  };
  const show = useAction("The stream key can't be shown", async () => {
    setValue(await readKey());
    return undefined;
  });
  const reset = useAction("The stream key wasn't reset", async ({ ivs }) => {
    if (arn !== undefined) await ivs.send(new DeleteStreamKeyCommand({ arn }));
    const { streamKey } = await ivs.send(new CreateStreamKeyCommand({ channelArn }));
    setValue(streamKey?.value);
    keys.reload();
    return "The channel has a new stream key; the old one is refused from now on.";
  });
  const server = ingestUrl(channel, ports);
  const url = (streamKey = HIDDEN) => server + streamKey;
  const key = { streamKey: value, readKey };
  const tabs: TabsProps.Tab[] = [
    {
      id: "obs",
      label: "OBS",
      content: <ObsSettings channel={channel} server={server} onChanged={onChanged} {...key} />,
    },
    {
      id: "ffmpeg",
      label: "ffmpeg",
      content: <EncoderLine name="ffmpeg" command={ffmpegCommand(url)} {...key} />,
    },
    {
      id: "test",
      label: "Test picture",
      content: (
        <SpaceBetween size="s">
          <Box>With Rolecast's own command, which finds the stream key itself:</Box>
          <EncoderLine name="rolecast" command={broadcastCommand(channelArn)} {...key} />
          <Box>With ffmpeg:</Box>
          <EncoderLine
            name="ffmpeg's test picture"
            command={ffmpegCommand(url, { generated: true })}
            {...key}
          />
        </SpaceBetween>
      ),
    },
  ];
  const { srtPort } = ports;
  if (srtPort !== undefined) {
    tabs.push({
      id: "srt",
      label: "SRT",
      content: (
        <EncoderLine
          name="SRT"
          command={ffmpegCommand((text) => srtUrl(channel, srtPort, text), { format: "mpegts" })}
          {...key}
        />
      ),
    });
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Actions>
              <Button loading={reset.running} onClick={() => reset.run()}>
                {arn === undefined ? "Create stream key" : "Reset stream key"}
              </Button>
              {value === undefined ? (
                <Button
                  disabled={arn === undefined}
                  loading={show.running}
                  onClick={() => show.run()}
                >
                  Show stream key
                </Button>
              ) : (
                <Button onClick={() => setValue(undefined)}>Hide stream key</Button>
              )}
            </Actions>
          }
        >
          Stream to this channel
        </Header>
      }
    >
      <SpaceBetween size="m">
        {keys.error !== undefined && (
          <CallFailure
            title="The stream keys can't be shown"
            error={keys.error}
            onRetry={keys.reload}
          />
        )}
        <Tabs tabs={tabs} />
      </SpaceBetween>
    </Container>
  );
}
