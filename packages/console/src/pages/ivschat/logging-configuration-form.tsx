import { CreateLoggingConfigurationCommand } from "@aws-sdk/client-ivschat";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { BucketField } from "../../shared/bucket-field.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { ivsChatOf } from "./chat-calls.ts";

/** Makes a logging configuration whose destination is a bucket. */
export function LoggingConfigurationForm(props: {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { onCreated, onClose } = props;
  const client = ivsChatOf(useAws());
  const [name, setName] = useState("");
  const [bucketName, setBucketName] = useState("");
  const create = async () => {
    const destinationConfiguration = { s3: { bucketName } };
    await client.send(new CreateLoggingConfigurationCommand({ name, destinationConfiguration }));
    onCreated();
  };
  return (
    <ModalForm
      title="Create logging configuration"
      verb="Create"
      disabled={bucketName === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label="Configuration name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <BucketField
        description="Its policy gets the statements that let log delivery write."
        value={bucketName}
        onChange={setBucketName}
      />
    </ModalForm>
  );
}
