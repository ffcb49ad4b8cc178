import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useRef } from "react";
import { inBackground } from "../../shared/in-background.ts";

/** A template's text, pasted or read from a file. */
export function TemplateField(props: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { text, onChange } = props;
  const file = useRef<HTMLInputElement>(null);
  return (
    <SpaceBetween size="s">
      <FormField
        label="Template"
        stretch
        constraintText="YAML or JSON, up to 51,200 bytes. The AWS CLI takes larger ones."
      >
        <Textarea
          value={text}
          rows={14}
          spellcheck={false}
          placeholder="Resources:"
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
      <Button formAction="none" iconName="upload" onClick={() => file.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={file}
        name="template"
        type="file"
        hidden
        accept=".yaml,.yml,.json,.template,.txt"
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          inBackground("The file can't be read", chosen?.text().then(onChange));
        }}
      />
    </SpaceBetween>
  );
}
