import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { Refusal } from "../../shared/refusal.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { type ObjectPlace, presignedUrl } from "../../wire/presign.ts";

const LIFETIMES = [
  { value: "300", label: "5 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "43200", label: "12 hours" },
  // Signature version 4 allows a week at most.
  { value: "604800", label: "7 days" },
];

/** Makes a link that lets anybody who has it read the object, for a while. */
export function PresignedLink({ place }: { readonly place: ObjectPlace }) {
  const aws = useAws();
  const [open, setOpen] = useState(false);
  if (!open) return <Button onClick={() => setOpen(true)}>Create presigned link</Button>;
  return (
    <LinkForm
      title="Create presigned link"
      what="reads the object"
      create={(seconds) => presignedUrl(aws, place, seconds)}
      onClose={() => setOpen(false)}
    />
  );
}

/** Asks how long a link shall work, and shows it. */
export function LinkForm(props: {
  readonly title: string;
  /** The things that whoever has the link does: "reads the object". */
  readonly what: string;
  readonly create: (seconds: number) => Promise<string>;
  readonly onClose: () => void;
}) {
  const { title, what, onClose } = props;
  const [lifetime, setLifetime] = useState("3600");
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<unknown>();
  const create = async () => {
    setError(undefined);
    try {
      setUrl(await props.create(Number(lifetime)));
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Modal visible header={title} onDismiss={onClose}>
      <EnterForm onSubmit={() => inBackground("The link wasn't created", create())}>
        <SpaceBetween size="m">
          <Box>
            Whoever has the link {what} as you would, as long as your key works and the time isn't
            over.
          </Box>
          <FormField label="Works for">
            <Select
              options={LIFETIMES}
              selectedOption={LIFETIMES.find(({ value }) => value === lifetime) ?? null}
              onChange={({ detail }) => setLifetime(detail.selectedOption.value ?? "3600")}
            />
          </FormField>
          <Button variant="primary">Create link</Button>
          {error !== undefined && (
            <Alert type="error" header="The link wasn't created">
              <Refusal error={error} />
            </Alert>
          )}
          {url !== undefined && <CopiedValue label="link" value={url} />}
        </SpaceBetween>
      </EnterForm>
    </Modal>
  );
}
