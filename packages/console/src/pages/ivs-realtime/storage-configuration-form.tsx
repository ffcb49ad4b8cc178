import { CreateStorageConfigurationCommand } from "@aws-sdk/client-ivs-realtime";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { BucketField } from "../../shared/bucket-field.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { realTimeOf } from "./real-time-calls.ts";

/** Makes a storage configuration for a bucket that is there. */
export function StorageConfigurationForm(props: {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { onCreated, onClose } = props;
  const client = realTimeOf(useAws());
  const [name, setName] = useState("");
  const [bucketName, setBucketName] = useState("");
  const create = async () => {
    await client.send(new CreateStorageConfigurationCommand({ name, s3: { bucketName } }));
    onCreated();
  };
  return (
    <ModalForm
      title="Create storage configuration"
      verb="Create"
      disabled={bucketName === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label="Configuration name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <BucketField
        description="Its policy gets the statement that lets IVS Real-Time write."
        value={bucketName}
        onChange={setBucketName}
      />
    </ModalForm>
  );
}
