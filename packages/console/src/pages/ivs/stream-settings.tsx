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
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { useAction } from "../../shared/use-action.ts";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { ingestUrl, srtUrl, useIngestPorts } from "./ingest-url.ts";

/** The stream key, shown when it is asked for, and what to give to OBS and ffmpeg. */
export function StreamSettings({ channel }: { readonly channel: Channel }) {
  const channelArn = channel.arn ?? "";
  const keys = useCall(`stream keys of ${channelArn}`, async ({ ivs: client }) =>
    allPages(paginateListStreamKeys({ client }, { channelArn }), (page) => page.streamKeys),
  );
  const ports = useIngestPorts();
  const [value, setValue] = useState<string>();
  const arn = keys.data?.[0]?.arn;
  const show = useAction("The stream key can't be shown", async ({ ivs }) => {
    const { streamKey } = await ivs.send(new GetStreamKeyCommand({ arn }));
    setValue(streamKey?.value);
    return undefined;
  });
  const reset = useAction("The stream key wasn't reset", async ({ ivs }) => {
    if (arn !== undefined) await ivs.send(new DeleteStreamKeyCommand({ arn }));
    const { streamKey } = await ivs.send(new CreateStreamKeyCommand({ channelArn }));
    setValue(streamKey?.value);
    keys.reload();
    return "The channel has a new stream key; the old one is refused from now on.";
  });
  const shown = value ?? "<stream key>";
  const server = ingestUrl(channel, ports);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Actions>
              <Button loading={reset.running} onClick={() => void reset.run()}>
                {arn === undefined ? "Create stream key" : "Reset stream key"}
              </Button>
              {value === undefined ? (
                <Button
                  disabled={arn === undefined}
                  loading={show.running}
                  onClick={() => void show.run()}
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
        <Tabs
          tabs={[
            { id: "obs", label: "OBS", content: <Obs server={server} streamKey={value} /> },
            { id: "ffmpeg", label: "ffmpeg", content: <Ffmpeg url={`${server}${shown}`} /> },
            {
              id: "test",
              label: "Test picture",
              content: <Ffmpeg url={`${server}${shown}`} generated />,
            },
            ...(ports.srtPort === undefined
              ? []
              : [
                  {
                    id: "srt",
                    label: "SRT",
                    content: <Ffmpeg url={srtUrl(channel, ports.srtPort, value)} format="mpegts" />,
                  },
                ]),
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function Obs(props: { readonly server: string; readonly streamKey: string | undefined }) {
  const { server, streamKey } = props;
  return (
    <SpaceBetween size="s">
      <Box>
        Settings, Stream: the service is “Custom…”, not the built-in one. Keyframe interval 2 s.
      </Box>
      {server.startsWith("rtmps:") && (
        <Box color="text-body-secondary">
          OBS takes RTMPS only from a certificate that its machine trusts: start the server with
          --tls-certificate and --tls-key, or allow insecure ingest under Configuration.
        </Box>
      )}
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Server", value: <CopiedValue label="server" value={server} /> },
          {
            label: "Stream key",
            value:
              streamKey === undefined ? (
                "Hidden"
              ) : (
                <CopiedValue label="stream key" value={streamKey} />
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Ffmpeg({
  url,
  generated = false,
  format = "flv",
}: {
  readonly url: string;
  readonly generated?: boolean;
  readonly format?: "flv" | "mpegts";
}) {
  const input = generated
    ? "-f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440"
    : "-i film.mp4";
  const line = `ffmpeg -re ${input} -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -b:v 2500k -c:a aac -b:a 128k -f ${format} '${url}'`;
  return (
    <SpaceBetween size="s">
      <Box variant="code" display="block">
        <span className="cli-line">{line}</span>
      </Box>
      <CopyToClipboard
        copyButtonText="Copy"
        copyButtonAriaLabel="Copy the ffmpeg command"
        copySuccessText="Copied"
        copyErrorText="The browser refused"
        textToCopy={line}
      />
    </SpaceBetween>
  );
}
