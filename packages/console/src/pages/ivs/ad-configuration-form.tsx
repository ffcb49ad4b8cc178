import {
  type AdConfigurationSummary,
  CreateAdConfigurationCommand,
  UpdateAdConfigurationCommand,
} from "@aws-sdk/client-ivs";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { TagFields } from "../../shared/tag-fields.tsx";
import { type TagField, tagsOf } from "../../shared/tags.ts";
import { words } from "../../shared/typed-lists.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { playbackArns } from "./ad-facts.ts";

/** IVS's defaults. Source: IVS API Reference, PostRollConfiguration. */
const POST_ROLL_SECONDS = 15;

/** Makes or changes an ad configuration. */
export function AdConfigurationForm(props: {
  readonly configuration: AdConfigurationSummary | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { configuration, onSaved, onClose } = props;
  const { ivs } = useAws();
  const postRoll = configuration?.postRollConfiguration;
  const [name, setName] = useState(configuration?.name ?? "");
  const [arns, setArns] = useState(configuration ? playbackArns(configuration).join("\n") : "");
  const [enabled, setEnabled] = useState(postRoll?.enabled ?? false);
  const [seconds, setSeconds] = useState(String(postRoll?.durationSeconds ?? POST_ROLL_SECONDS));
  const [tags, setTags] = useState<readonly TagField[]>([]);
  const named = words(arns);
  const save = async () => {
    const settings = {
      name,
      mediaTailorPlaybackConfigurations: named.map((playbackConfigurationArn) => ({
        playbackConfigurationArn,
      })),
      postRollConfiguration: { enabled, durationSeconds: Number(seconds) },
    };
    if (configuration) {
      const { arn } = configuration;
      await ivs.send(new UpdateAdConfigurationCommand({ arn, ...settings }));
    } else {
      await ivs.send(new CreateAdConfigurationCommand({ ...settings, tags: tagsOf(tags) }));
    }
    onSaved();
  };
  return (
    <ModalForm
      title={configuration ? "Edit ad configuration" : "Create ad configuration"}
      verb="Save"
      disabled={named.length === 0 || seconds === ""}
      onSubmit={save}
      onClose={onClose}
    >
      <FormField label="Configuration name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField
        label="Playback configurations"
        description="ARNs of MediaTailor's, one a line, three at most."
      >
        <Textarea
          value={arns}
          placeholder="arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/breaks"
          onChange={({ detail }) => setArns(detail.value)}
        />
      </FormField>
      <Toggle
        checked={enabled}
        description="Kept and shown; ads are MediaTailor's, which isn't here."
        onChange={({ detail }) => setEnabled(detail.checked)}
      >
        Post-roll
      </Toggle>
      <FormField label="Post-roll, seconds" description="1 to 300.">
        <Input
          type="number"
          inputMode="numeric"
          disabled={!enabled}
          value={seconds}
          onChange={({ detail }) => setSeconds(detail.value)}
        />
      </FormField>
      {!configuration && (
        <FormField label="Tags">
          <TagFields tags={tags} onChange={setTags} />
        </FormField>
      )}
    </ModalForm>
  );
}
