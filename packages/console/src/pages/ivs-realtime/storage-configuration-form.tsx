import { CreateStorageConfigurationCommand } from "@aws-sdk/client-ivs-realtime";
import { paginateListBuckets } from "@aws-sdk/client-s3";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
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
  const buckets = useCall("buckets", ({ s3 }) =>
    allPages(paginateListBuckets({ client: s3 }, {}), (page) => page.Buckets),
  );
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
      <FormField
        label="Bucket"
        description="Its policy gets the statement that lets IVS Real-Time write."
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
