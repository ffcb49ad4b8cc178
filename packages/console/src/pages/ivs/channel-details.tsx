import { type Channel, UpdateChannelCommand } from "@aws-sdk/client-ivs";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { ArnTags } from "../../shared/arn-tags.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { ChannelAds, ChannelAudience, ChannelRecording } from "./channel-attachments.tsx";
import { ChannelBasics } from "./channel-basics.tsx";
import { settingsFacts } from "./channel-facts.ts";
import { channelNameFault } from "./channel-name.ts";
import { type ChannelSettings, settingsInput, settingsOf } from "./channel-settings.ts";
import { ivsName } from "./ivs-name.ts";
import { IVS_TAGS } from "./ivs-tags.ts";

/** The channel's configuration and tags. */
export function ChannelDetails(props: {
  readonly channel: Channel;
  readonly onChanged: () => void;
}) {
  const { channel, onChanged } = props;
  const [editing, setEditing] = useState(false);
  const arn = channel.arn ?? "";
  const settings = settingsOf(channel);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
            Configuration
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
            { label: "Ingest endpoint", value: channel.ingestEndpoint ?? "–" },
            ...settingsFacts(settings),
            {
              label: "Recording configuration",
              value: attached("recording-configurations", settings.recordingConfigurationArn),
            },
            {
              label: "Restriction policy",
              value: attached("restriction-policies", settings.playbackRestrictionPolicyArn),
            },
            {
              label: "Ad configuration",
              value: attached("ad-configurations", settings.adConfigurationArn),
            },
          ]}
        />
      </Container>
      <ArnTags calls={IVS_TAGS} arn={arn} tags={channel.tags} onChanged={onChanged} />
      {editing && (
        <EditChannel channel={channel} onChanged={onChanged} onClose={() => setEditing(false)} />
      )}
    </SpaceBetween>
  );
}

/** The resources that the channel refers to, by their IDs. */
function attached(pages: string, arn: string): ReactNode {
  if (arn === "") return "None";
  return <PlaceLink to={placeOf(`/ivs/${pages}/:arn`, { arn })}>{ivsName({ arn })}</PlaceLink>;
}

function EditChannel(props: {
  readonly channel: Channel;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { channel, onChanged, onClose } = props;
  const { ivs } = useAws();
  const { done } = useNotices();
  const [settings, setSettings] = useState<ChannelSettings>(() => settingsOf(channel));
  const save = async () => {
    await ivs.send(new UpdateChannelCommand({ arn: channel.arn, ...settingsInput(settings) }));
    done("The channel is changed; a running stream goes on as it began.");
    onChanged();
  };
  const part = { settings, onChange: setSettings };
  return (
    <ModalForm
      title="Edit channel"
      verb="Save"
      size="large"
      disabled={channelNameFault(settings.name) !== ""}
      onSubmit={save}
      onClose={onClose}
    >
      <ChannelBasics {...part} />
      <ChannelRecording {...part} />
      <ChannelAudience {...part} />
      <ChannelAds {...part} />
    </ModalForm>
  );
}
