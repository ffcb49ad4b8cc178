import type { ChannelLatencyMode, ChannelType, TranscodePreset } from "@aws-sdk/client-ivs";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import Toggle from "@cloudscape-design/components/toggle";
import { ChannelContainer } from "./channel-container.tsx";
import { channelNameFault } from "./channel-name.ts";
import { type ChannelPartProps, coherent, hasPreset } from "./channel-settings.ts";

/** Limits of what encoders send. Source: IVS user guide, "Channel Types". */
const TYPES = [
  {
    value: "STANDARD",
    label: "Standard",
    description: "Transcoded into several qualities. Takes up to 1080p and 8.5 Mbit/s.",
  },
  {
    value: "BASIC",
    label: "Basic",
    description:
      "What the encoder sends, as it is. Takes up to 480p with 1.5 Mbit/s, up to 1080p with 3.5.",
  },
  {
    value: "ADVANCED_SD",
    label: "Advanced SD",
    description: "Transcoded into qualities of up to 480p. Takes up to 1080p and 8.5 Mbit/s.",
  },
  {
    value: "ADVANCED_HD",
    label: "Advanced HD",
    description: "Transcoded into qualities of up to 720p. Takes up to 1080p and 8.5 Mbit/s.",
  },
];

const PRESETS = [
  {
    value: "HIGHER_BANDWIDTH_DELIVERY",
    label: "Higher bandwidth",
    description: "For viewers with fast connections.",
  },
  {
    value: "CONSTRAINED_BANDWIDTH_DELIVERY",
    label: "Constrained bandwidth",
    description: "Fewer bits for each quality, for viewers with slow connections.",
  },
];

const LATENCIES = [
  { value: "LOW", label: "Low", description: "For talking with viewers." },
  { value: "NORMAL", label: "Normal", description: "For watching only." },
];

/** The name and how the channel works. */
export function ChannelBasics({ settings, onChange }: ChannelPartProps) {
  return (
    <SpaceBetween size="l">
      <FormField
        label="Channel name"
        description="Optional. Names don't have to be unique."
        errorText={channelNameFault(settings.name)}
        constraintText="At most 128 letters, digits, hyphens and underscores."
      >
        <Input
          value={settings.name}
          placeholder="stage"
          onChange={({ detail }) => onChange({ ...settings, name: detail.value })}
        />
      </FormField>
      <FormField label="Channel type" constraintText="An encoder that sends more is disconnected.">
        <Tiles
          value={settings.type}
          items={TYPES}
          onChange={({ detail }) =>
            onChange(coherent({ ...settings, type: detail.value as ChannelType }))
          }
        />
      </FormField>
      {hasPreset(settings) && (
        <FormField label="Transcode preset" description="The advanced types have one.">
          <RadioGroup
            value={settings.preset}
            items={PRESETS}
            onChange={({ detail }) =>
              onChange({ ...settings, preset: detail.value as TranscodePreset })
            }
          />
        </FormField>
      )}
      <FormField label="Latency">
        <RadioGroup
          value={settings.latencyMode}
          items={LATENCIES}
          onChange={({ detail }) =>
            onChange({ ...settings, latencyMode: detail.value as ChannelLatencyMode })
          }
        />
      </FormField>
      <ChannelContainer settings={settings} onChange={onChange} />
      <Toggle
        checked={settings.insecureIngest}
        description="Lets encoders stream without TLS, and over SRT without a passphrase."
        onChange={({ detail }) => onChange({ ...settings, insecureIngest: detail.checked })}
      >
        Insecure ingest (RTMP)
      </Toggle>
    </SpaceBetween>
  );
}
