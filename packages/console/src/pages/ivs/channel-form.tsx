import {
  type ChannelLatencyMode,
  type ChannelType,
  type ContainerFormat,
  type MultitrackInputConfiguration,
  paginateListPlaybackRestrictionPolicies,
  paginateListRecordingConfigurations,
} from "@aws-sdk/client-ivs";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import Toggle from "@cloudscape-design/components/toggle";
import { CallFailure } from "../../shared/call-failure.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useCall } from "../../wire/use-call.ts";

/** What CreateChannel and UpdateChannel take alike. */
export interface ChannelSettings {
  readonly name: string;
  readonly type: ChannelType;
  readonly latencyMode: ChannelLatencyMode;
  readonly authorized: boolean;
  readonly insecureIngest: boolean;
  readonly containerFormat: ContainerFormat;
  readonly multitrackInputConfiguration: MultitrackInputConfiguration;
  /** Empty: nothing is recorded. */
  readonly recordingConfigurationArn: string;
  /** Empty: everybody may watch, or everybody with a token. */
  readonly playbackRestrictionPolicyArn: string;
}

export const NEW_CHANNEL: ChannelSettings = {
  name: "",
  type: "STANDARD",
  latencyMode: "LOW",
  authorized: false,
  insecureIngest: false,
  containerFormat: "TS",
  multitrackInputConfiguration: { enabled: false },
  recordingConfigurationArn: "",
  playbackRestrictionPolicyArn: "",
};

interface PartProps {
  readonly settings: ChannelSettings;
  readonly onChange: (settings: ChannelSettings) => void;
}

/** The name and how the channel works. */
export function ChannelBasics({ settings, onChange }: PartProps) {
  return (
    <SpaceBetween size="l">
      <FormField label="Channel name" description="Letters, digits, hyphens and underscores.">
        <Input
          value={settings.name}
          placeholder="stage"
          onChange={({ detail }) => onChange({ ...settings, name: detail.value })}
        />
      </FormField>
      <FormField label="Channel type">
        <Tiles
          value={settings.type}
          onChange={({ detail }) => {
            const type = detail.value as ChannelType;
            const off = { multitrackInputConfiguration: { enabled: false } };
            onChange({ ...settings, type, ...(type === "STANDARD" ? {} : off) });
          }}
          items={[
            {
              value: "STANDARD",
              label: "Standard",
              description: "Transcoded into several qualities. Up to 1080p and 8.5 Mbit/s.",
            },
            {
              value: "BASIC",
              label: "Basic",
              description: "What the encoder sends, as it is. Up to 1080p and 3.5 Mbit/s.",
            },
            {
              value: "ADVANCED_SD",
              label: "Advanced SD",
              description: "Transcoded into qualities of up to 480p.",
            },
            {
              value: "ADVANCED_HD",
              label: "Advanced HD",
              description: "Transcoded into qualities of up to 720p.",
            },
          ]}
        />
      </FormField>
      <FormField label="Latency">
        <RadioGroup
          value={settings.latencyMode}
          onChange={({ detail }) =>
            onChange({ ...settings, latencyMode: detail.value as ChannelLatencyMode })
          }
          items={[
            { value: "LOW", label: "Low", description: "For talking with viewers." },
            { value: "NORMAL", label: "Normal", description: "For watching only." },
          ]}
        />
      </FormField>
      <FormField label="Container of the segments">
        <RadioGroup
          value={settings.containerFormat}
          onChange={({ detail }) =>
            onChange(withContainer(settings, detail.value === "TS" ? "TS" : "FRAGMENTED_MP4"))
          }
          items={[
            { value: "TS", label: "MPEG-TS", description: "Every player takes it." },
            {
              value: "FRAGMENTED_MP4",
              label: "Fragmented MP4",
              description: "Needed for video in several tracks.",
            },
          ]}
        />
      </FormField>
      {settings.type === "STANDARD" && settings.containerFormat === "FRAGMENTED_MP4" && (
        <Toggle
          checked={settings.multitrackInputConfiguration.enabled === true}
          description="The encoder sends its renditions itself, in one connection."
          onChange={({ detail }) =>
            onChange({
              ...settings,
              multitrackInputConfiguration: detail.checked ? MULTITRACK : { enabled: false },
            })
          }
        >
          Multitrack video
        </Toggle>
      )}
      <Toggle
        checked={settings.insecureIngest}
        description="Lets encoders stream without TLS."
        onChange={({ detail }) => onChange({ ...settings, insecureIngest: detail.checked })}
      >
        Insecure ingest (RTMP)
      </Toggle>
    </SpaceBetween>
  );
}

const MULTITRACK: MultitrackInputConfiguration = {
  enabled: true,
  policy: "ALLOW",
  maximumResolution: "FULL_HD",
};

function withContainer(settings: ChannelSettings, containerFormat: ContainerFormat) {
  const off = { multitrackInputConfiguration: { enabled: false } };
  return { ...settings, containerFormat, ...(containerFormat === "TS" ? off : {}) };
}

/** Where streams are kept. */
export function ChannelRecording({ settings, onChange }: PartProps) {
  const configurations = useCall("recording configurations", async ({ ivs: client }) =>
    allPages(
      paginateListRecordingConfigurations({ client }, {}),
      (page) => page.recordingConfigurations,
    ),
  );
  if (configurations.error !== undefined) {
    return (
      <CallFailure title="Recording configurations can't be shown" error={configurations.error} />
    );
  }
  const options = (configurations.data ?? []).map((configuration) => ({
    value: configuration.arn ?? "",
    label: configuration.name || (configuration.arn?.split("/").at(-1) ?? ""),
    description: `Bucket ${configuration.destinationConfiguration?.s3?.bucketName ?? "?"}`,
    tags: [configuration.state ?? ""],
  }));
  return (
    <SpaceBetween size="s">
      <FormField
        label="Recording configuration"
        description="The bucket that streams are recorded to."
      >
        <Choice
          none="Don't record"
          options={options}
          value={settings.recordingConfigurationArn}
          onChange={(recordingConfigurationArn) =>
            onChange({ ...settings, recordingConfigurationArn })
          }
        />
      </FormField>
      {configurations.data?.length === 0 && (
        <Box>
          There is none in this Region yet.{" "}
          <PlaceLink to="#/ivs/recording-configurations">
            Create a recording configuration
          </PlaceLink>
        </Box>
      )}
    </SpaceBetween>
  );
}

/** Who may watch. */
export function ChannelAudience({ settings, onChange }: PartProps) {
  const policies = useCall("restriction policies", async ({ ivs: client }) =>
    allPages(
      paginateListPlaybackRestrictionPolicies({ client }, {}),
      (page) => page.playbackRestrictionPolicies,
    ),
  );
  return (
    <SpaceBetween size="l">
      <Toggle
        checked={settings.authorized}
        description="Only players with a token that one of your playback keys signed."
        onChange={({ detail }) => onChange({ ...settings, authorized: detail.checked })}
      >
        Private channel
      </Toggle>
      {policies.error !== undefined ? (
        <CallFailure title="Restriction policies can't be shown" error={policies.error} />
      ) : (
        <FormField label="Playback restriction policy" description="Countries and web sites.">
          <Choice
            none="No restriction"
            options={(policies.data ?? []).map(({ arn = "", name = "" }) => ({
              value: arn,
              label: name === "" ? arn : name,
            }))}
            value={settings.playbackRestrictionPolicyArn}
            onChange={(playbackRestrictionPolicyArn) =>
              onChange({ ...settings, playbackRestrictionPolicyArn })
            }
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

/** One of several, or none. */
function Choice(props: {
  readonly none: string;
  readonly options: readonly SelectProps.Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { none, options, value, onChange } = props;
  const all = [{ value: "", label: none }, ...options];
  return (
    <Select
      options={all}
      selectedOption={all.find((option) => option.value === value) ?? { value, label: value }}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
}
