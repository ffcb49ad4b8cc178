import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

export function CreateRecordingConfiguration(props: {
  readonly onClose: () => void;
  readonly onCreated: () => void;
}) {
  const { onClose, onCreated } = props;
  const { ivs, region } = useAws();
  const [name, setName] = useState("");
  const [bucketName, setBucketName] = useState("");
  const [reconnectSeconds, setReconnectSeconds] = useState("0");
  const [thumbnails, setThumbnails] = useState(false);
  const [intervalSeconds, setIntervalSeconds] = useState("60");
  // Whoever may not list buckets types the name.
  const buckets = useCall("buckets", ({ s3 }) => s3.send(new ListBucketsCommand({})));
  const create = async () => {
    await ivs.send(
      new CreateRecordingConfigurationCommand({
        ...(name === "" ? {} : { name }),
        destinationConfiguration: { s3: { bucketName } },
        ...(reconnectSeconds === "0"
          ? {}
          : { recordingReconnectWindowSeconds: Number(reconnectSeconds) }),
        thumbnailConfiguration: thumbnails
          ? { recordingMode: "INTERVAL", targetIntervalSeconds: Number(intervalSeconds) }
          : { recordingMode: "DISABLED" },
      }),
    );
    onCreated();
  };
  return (
    <ModalForm
      title="Create recording configuration"
      verb="Create"
      disabled={bucketName === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label="Name" description="Letters, digits, hyphens and underscores.">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Bucket" description={`A bucket of yours in ${region}.`}>
        <Autosuggest
          value={bucketName}
          ariaLabel="Bucket"
          placeholder="my-recordings"
          options={(buckets.data?.Buckets ?? []).map(({ Name = "" }) => ({ value: Name }))}
          enteredTextLabel={(text) => `Use ${text}`}
          onChange={({ detail }) => setBucketName(detail.value)}
        />
      </FormField>
      <FormField
        label="Reconnect window, seconds"
        description="An encoder that is back this soon goes on with the recording (0 to 300)."
      >
        <Input
          type="number"
          inputMode="numeric"
          value={reconnectSeconds}
          onChange={({ detail }) => setReconnectSeconds(detail.value)}
        />
      </FormField>
      <Toggle checked={thumbnails} onChange={({ detail }) => setThumbnails(detail.checked)}>
        Record thumbnails
      </Toggle>
      {thumbnails && (
        <FormField label="Thumbnail every, seconds">
          <Input
            type="number"
            inputMode="numeric"
            value={intervalSeconds}
            onChange={({ detail }) => setIntervalSeconds(detail.value)}
          />
        </FormField>
      )}
    </ModalForm>
  );
}
