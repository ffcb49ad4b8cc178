import {
  CreateStageCommand,
  type ParticipantRecordingMediaType,
  type Stage,
  UpdateStageCommand,
} from "@aws-sdk/client-ivs-realtime";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { TagFields } from "../../shared/tag-fields.tsx";
import { type TagField, tagsOf } from "../../shared/tags.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useList } from "../../wire/use-list.ts";
import { ivsName } from "../ivs/ivs-name.ts";
import { realTimeOf, storagePages } from "./real-time-calls.ts";
import { MEDIA_TYPES, recordingInput, recordingSettings } from "./recording-facts.ts";

const NOT_RECORDED = { value: "", label: "Participants aren't recorded" };

/** Makes or changes a stage. */
export function StageForm(props: {
  readonly stage: Stage | undefined;
  /** Gets the stage's ARN. */
  readonly onSaved: (arn: string) => void;
  readonly onClose: () => void;
}) {
  const { stage, onSaved, onClose } = props;
  const recorded = stage?.autoParticipantRecordingConfiguration;
  const client = realTimeOf(useAws());
  const [name, setName] = useState(stage?.name ?? "");
  const [recording, setRecording] = useState(recordingSettings(recorded));
  const [tags, setTags] = useState<readonly TagField[]>([]);
  const storage = useList("storage configurations", storagePages);
  const destinations = [
    NOT_RECORDED,
    ...(storage.data ?? []).map((each) => ({
      value: each.arn ?? "",
      label: ivsName(each),
      description: each.s3?.bucketName ?? "",
    })),
  ];
  const save = async () => {
    const input = {
      name,
      autoParticipantRecordingConfiguration: recordingInput(recording, recorded),
    };
    if (stage) {
      await client.send(new UpdateStageCommand({ arn: stage.arn, ...input }));
      return onSaved(stage.arn ?? "");
    }
    const made = await client.send(
      new CreateStageCommand({ ...input, ...(tags.length === 0 ? {} : { tags: tagsOf(tags) }) }),
    );
    onSaved(made.stage?.arn ?? "");
  };
  return (
    <ModalForm
      title={stage ? "Edit stage" : "Create stage"}
      verb={stage ? "Save" : "Create"}
      onSubmit={save}
      onClose={onClose}
    >
      <FormField label="Stage name" description="Several stages may have the same one.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField
        label="Record each participant to"
        description="A storage configuration, whose bucket's policy lets IVS write."
        errorText={storage.error === undefined ? "" : "Storage configurations can't be listed."}
      >
        <Select
          options={destinations}
          selectedOption={
            destinations.find(({ value }) => value === recording.storageConfigurationArn) ?? {
              value: recording.storageConfigurationArn,
            }
          }
          onChange={({ detail }) =>
            setRecording({
              ...recording,
              storageConfigurationArn: detail.selectedOption.value ?? "",
            })
          }
        />
      </FormField>
      {recording.storageConfigurationArn !== "" && (
        <>
          <FormField label="What is recorded">
            <Select
              options={MEDIA_TYPES}
              selectedOption={
                MEDIA_TYPES.find(({ value }) => value === recording.mediaType) ?? null
              }
              onChange={({ detail }) =>
                setRecording({
                  ...recording,
                  mediaType: detail.selectedOption.value as ParticipantRecordingMediaType,
                })
              }
            />
          </FormField>
          <Checkbox
            checked={recording.thumbnails}
            onChange={({ detail }) => setRecording({ ...recording, thumbnails: detail.checked })}
          >
            Record thumbnails
          </Checkbox>
        </>
      )}
      {!stage && (
        <FormField label="Tags">
          <TagFields tags={tags} onChange={setTags} />
        </FormField>
      )}
    </ModalForm>
  );
}
