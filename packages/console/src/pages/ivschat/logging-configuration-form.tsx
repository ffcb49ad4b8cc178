import { CreateLoggingConfigurationCommand } from "@aws-sdk/client-ivschat";
import { paginateListBuckets } from "@aws-sdk/client-s3";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
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
  const buckets = useCall("buckets", ({ s3 }) =>
    allPages(paginateListBuckets({ client: s3 }, {}), (page) => page.Buckets),
  );
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
      <FormField
        label="Bucket"
        description="Its policy gets the statements that let log delivery write."
      >
        <Autosuggest
          value={bucketName}
          enteredTextLabel={(value) => `Use: “${value}”`}
          options={(buckets.data ?? []).map(({ Name = "" }) => ({ value: Name }))}
          onChange={({ detail }) => setBucketName(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
