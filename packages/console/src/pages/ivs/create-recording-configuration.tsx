import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { RenditionFields, type Renditions, ThumbnailFields } from "./recording-fields.tsx";
import { NO_THUMBNAILS, thumbnailConfiguration } from "./thumbnails.ts";

export function CreateRecordingConfiguration(props: {
  readonly onClose: () => void;
  readonly onCreated: () => void;
}) {
  const { onClose, onCreated } = props;
  const { ivs, region } = useAws();
  const [name, setName] = useState("");
  const [bucketName, setBucketName] = useState("");
  const [reconnectSeconds, setReconnectSeconds] = useState("0");
  const [renditions, setRenditions] = useState<Renditions>({
    renditionSelection: "ALL",
    renditions: [],
  });
  const [thumbnails, setThumbnails] = useState(NO_THUMBNAILS);
  // Users who may not list buckets type the name.
  const buckets = useCall("buckets", ({ s3 }) => s3.send(new ListBucketsCommand({})));
  const create = async () => {
    await ivs.send(
      new CreateRecordingConfigurationCommand({
        ...(name === "" ? {} : { name }),
        destinationConfiguration: { s3: { bucketName } },
        ...(reconnectSeconds === "0"
          ? {}
          : { recordingReconnectWindowSeconds: Number(reconnectSeconds) }),
        ...(renditions.renditionSelection === "ALL"
          ? {}
          : {
              renditionConfiguration:
                renditions.renditionSelection === "CUSTOM"
                  ? renditions
                  : { renditionSelection: renditions.renditionSelection },
            }),
        thumbnailConfiguration: thumbnailConfiguration(thumbnails),
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
      <RenditionFields value={renditions} onChange={setRenditions} />
      <ThumbnailFields value={thumbnails} onChange={setThumbnails} />
    </ModalForm>
  );
}
