import { type ParameterType, PutParameterCommand } from "@aws-sdk/client-ssm";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { ssmOf } from "./parameter-calls.ts";

const TYPES: readonly (readonly [ParameterType, string])[] = [
  ["String", "Text"],
  ["StringList", "Texts with commas between them"],
  ["SecureString", "Encrypted with the key alias/aws/ssm"],
];

/** Creates a parameter, or gives one that exists another value. */
export function ParameterForm(props: {
  /** The name, or its beginning. */
  readonly name: string;
  readonly known?: { readonly type: ParameterType; readonly value: string };
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { known, onClose, onSaved } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [name, setName] = useState(props.name);
  const [value, setValue] = useState(known?.value ?? "");
  const [type, setType] = useState<ParameterType>(known?.type ?? "String");
  return (
    <ModalForm
      title={known ? `Edit ${name}` : "Create parameter"}
      verb={known ? "Save" : "Create"}
      disabled={name === "" || value === ""}
      onClose={onClose}
      onSubmit={async () => {
        const input = { Name: name, Value: value, Type: type, Overwrite: known !== undefined };
        await ssmOf(aws).send(new PutParameterCommand(input));
        done(`Parameter ${name} is saved.`);
        onSaved();
      }}
    >
      {!known && (
        <>
          <FormField label="Name" description="Slashes make folders: /studio/title.">
            <Input
              value={name}
              spellcheck={false}
              onChange={({ detail }) => setName(detail.value)}
            />
          </FormField>
          <FormField label="Type">
            <RadioGroup
              value={type}
              items={TYPES.map(([one, description]) => ({ value: one, label: one, description }))}
              onChange={({ detail }) => setType(detail.value as ParameterType)}
            />
          </FormField>
        </>
      )}
      <FormField label="Value">
        <Textarea
          rows={4}
          spellcheck={false}
          value={value}
          onChange={({ detail }) => setValue(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
