import { type Channel, UpdateChannelCommand } from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { useAction } from "../../shared/use-action.ts";
import { ivsName } from "./ivs-name.ts";
import { obsProfile } from "./obs-profile.ts";

/** The settings of OBS for a channel, to type or as a profile. */
export function ObsSettings(props: {
  readonly channel: Channel;
  readonly server: string;
  readonly streamKey: string | undefined;
  readonly readKey: () => Promise<string>;
  readonly onChanged: () => void;
}) {
  const { channel, server, streamKey, readKey, onChanged } = props;
  const isPlain = channel.insecureIngest === true;
  const allow = useAction("Plain RTMP wasn't allowed", async ({ ivs }) => {
    await ivs.send(new UpdateChannelCommand({ arn: channel.arn, insecureIngest: true }));
    onChanged();
    return "The channel takes plain RTMP now: the server's address below has changed.";
  });
  const save = useAction("The profile wasn't made", async () => {
    const name = ivsName(channel);
    const files = obsProfile({ name, server, streamKey: await readKey() });
    await saveFolder(`rolecast-${name}`, files);
    return undefined;
  });
  return (
    <SpaceBetween size="s">
      <Box>
        Settings, Stream: the service is “Custom…”, not the built-in one. Keyframe interval 2 s.
      </Box>
      {!isPlain && (
        <SpaceBetween size="xs">
          <Box color="text-body-secondary">
            OBS rejects the server's self-signed certificate. Allow plain RTMP on this channel, or
            start the server with --tls-certificate and --tls-key and a certificate that OBS trusts.
          </Box>
          <Button loading={allow.running} onClick={() => allow.run()}>
            Allow plain RTMP on this channel
          </Button>
        </SpaceBetween>
      )}
      <KeyValuePairs
        columns={2}
        minColumnWidth={FACT_WIDTH_MIN}
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
      <SpaceBetween size="xs">
        <Button iconName="download" loading={save.running} onClick={() => save.run()}>
          Download OBS profile
        </Button>
        <Box color="text-body-secondary" fontSize="body-s">
          A folder in a zip file, with the stream key: unpack it, then Profile, Import in OBS.
        </Box>
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** Saves files as a folder in a zip file. */
async function saveFolder(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { strToU8, zipSync } = await import("fflate");
  const entries = Object.entries(files).map(([file, text]) => [file, strToU8(text)] as const);
  const zip = zipSync({ [name]: Object.fromEntries(entries) });
  const url = URL.createObjectURL(new Blob([zip], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.zip`;
  link.click();
  URL.revokeObjectURL(url);
}
