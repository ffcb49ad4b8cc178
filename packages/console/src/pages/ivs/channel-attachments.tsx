import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useCall } from "../../wire/use-call.ts";
import type { ChannelPartProps } from "./channel-settings.ts";
import {
  listAdConfigurations,
  listRecordingConfigurations,
  listRestrictionPolicies,
} from "./ivs-lists.ts";
import { ivsName } from "./ivs-name.ts";
import { NewRecordingBucket } from "./new-recording-bucket.tsx";

/** Chooses where streams are recorded. */
export function ChannelRecording({ settings, onChange }: ChannelPartProps) {
  const configurations = useCall("recording configurations", listRecordingConfigurations);
  if (configurations.error !== undefined) {
    return (
      <CallFailure
        title="Recording configurations can't be shown"
        error={configurations.error}
        onRetry={configurations.reload}
      />
    );
  }
  const options = (configurations.data ?? []).map((configuration) => ({
    value: configuration.arn ?? "",
    label: ivsName(configuration),
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
      <NewRecordingBucket
        channelName={settings.name}
        onCreated={(recordingConfigurationArn) => {
          configurations.reload();
          onChange({ ...settings, recordingConfigurationArn });
        }}
      />
    </SpaceBetween>
  );
}

/** Chooses who may watch. */
export function ChannelAudience({ settings, onChange }: ChannelPartProps) {
  const policies = useCall("restriction policies", listRestrictionPolicies);
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
        <CallFailure
          title="Restriction policies can't be shown"
          error={policies.error}
          onRetry={policies.reload}
        />
      ) : (
        <FormField label="Playback restriction policy" description="Countries and web sites.">
          <Choice
            none="No restriction"
            options={(policies.data ?? []).map((policy) => ({
              value: policy.arn ?? "",
              label: ivsName(policy),
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

/** The ads that a channel's breaks are filled with. */
export function ChannelAds({ settings, onChange }: ChannelPartProps) {
  const configurations = useCall("ad configurations", listAdConfigurations);
  if (configurations.error !== undefined) {
    return (
      <CallFailure
        title="Ad configurations can't be shown"
        error={configurations.error}
        onRetry={configurations.reload}
      />
    );
  }
  return (
    <FormField
      label="Ad configuration"
      description="Ad breaks are told to players; ads are MediaTailor's, which isn't here."
      constraintText="Only with MPEG-TS segments."
    >
      <Choice
        none="No ads"
        disabled={settings.containerFormat === "FRAGMENTED_MP4"}
        options={(configurations.data ?? []).map((ads) => ({
          value: ads.arn ?? "",
          label: ivsName(ads),
        }))}
        value={settings.adConfigurationArn}
        onChange={(adConfigurationArn) => onChange({ ...settings, adConfigurationArn })}
      />
    </FormField>
  );
}

/** One of several, or none. */
function Choice(props: {
  readonly none: string;
  readonly options: readonly SelectProps.Option[];
  readonly value: string;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}) {
  const { none, options, value, disabled = false, onChange } = props;
  const all = [{ value: "", label: none }, ...options];
  return (
    <Select
      disabled={disabled}
      options={all}
      selectedOption={all.find((option) => option.value === value) ?? { value, label: value }}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
}
