import type {
  ContainerFormat,
  MultitrackInputConfiguration,
  MultitrackMaximumResolution,
  MultitrackPolicy,
} from "@aws-sdk/client-ivs";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { allowsMultitrack, type ChannelPartProps, coherent } from "./channel-settings.ts";

const POLICIES = [
  { value: "ALLOW", label: "Allow", description: "Encoders with a single track are taken too." },
  { value: "REQUIRE", label: "Require", description: "Encoders with a single track are refused." },
];

const RESOLUTIONS = [
  { value: "SD", label: "SD, 480 lines" },
  { value: "HD", label: "HD, 720 lines" },
  { value: "FULL_HD", label: "Full HD, 1080 lines" },
];

/** IVS wants all three when multitrack is on. */
const MULTITRACK: MultitrackInputConfiguration = {
  enabled: true,
  policy: "ALLOW",
  maximumResolution: "FULL_HD",
};

/** Chooses the segments' container, and whether the encoder may send its renditions itself. */
export function ChannelContainer({ settings, onChange }: ChannelPartProps) {
  const { multitrackInputConfiguration: multitrack, adConfigurationArn } = settings;
  const change = (input: MultitrackInputConfiguration) =>
    onChange({ ...settings, multitrackInputConfiguration: input });
  return (
    <SpaceBetween size="l">
      <FormField label="Container of the segments">
        <RadioGroup
          value={settings.containerFormat}
          items={[
            { value: "TS", label: "MPEG-TS", description: "Every player takes it; ads need it." },
            {
              value: "FRAGMENTED_MP4",
              label: "Fragmented MP4",
              description: "Needed for video in several tracks; not with an ad configuration.",
              disabled: adConfigurationArn !== "",
            },
          ]}
          onChange={({ detail }) =>
            onChange(coherent({ ...settings, containerFormat: detail.value as ContainerFormat }))
          }
        />
      </FormField>
      <Toggle
        checked={multitrack.enabled === true}
        disabled={!allowsMultitrack(settings)}
        description="The encoder sends its renditions itself, in one connection. Needs the type Standard and fragmented MP4."
        onChange={({ detail }) => change(detail.checked ? MULTITRACK : { enabled: false })}
      >
        Multitrack video
      </Toggle>
      {multitrack.enabled === true && (
        <>
          <FormField label="Several tracks">
            <RadioGroup
              value={multitrack.policy ?? null}
              items={POLICIES}
              onChange={({ detail }) =>
                change({ ...multitrack, policy: detail.value as MultitrackPolicy })
              }
            />
          </FormField>
          <FormField label="Largest resolution of a track">
            <Select
              options={RESOLUTIONS}
              selectedOption={
                RESOLUTIONS.find(({ value }) => value === multitrack.maximumResolution) ?? null
              }
              onChange={({ detail }) =>
                change({
                  ...multitrack,
                  maximumResolution: detail.selectedOption.value as MultitrackMaximumResolution,
                })
              }
            />
          </FormField>
        </>
      )}
    </SpaceBetween>
  );
}
