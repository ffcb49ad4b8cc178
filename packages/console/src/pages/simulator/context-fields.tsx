import type { ContextEntry, ContextKeyTypeEnum } from "@aws-sdk/client-iam";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";

const TYPES: readonly ContextKeyTypeEnum[] = [
  "string",
  "stringList",
  "numeric",
  "boolean",
  "date",
  "ip",
];

/** Condition keys with the values that the question has for them. */
export function ContextFields(props: {
  readonly entries: readonly ContextEntry[];
  readonly onChange: (entries: readonly ContextEntry[]) => void;
}) {
  const { entries, onChange } = props;
  const change = (index: number, entry: ContextEntry) =>
    onChange(entries.map((known, at) => (at === index ? entry : known)));
  return (
    <FormField label="Condition keys" stretch>
      <AttributeEditor
        items={entries}
        addButtonText="Add condition key"
        removeButtonText="Remove"
        empty="None are given."
        onAddButtonClick={() =>
          onChange([
            ...entries,
            { ContextKeyName: "", ContextKeyType: "string", ContextKeyValues: [] },
          ])
        }
        onRemoveButtonClick={({ detail }) =>
          onChange(entries.filter((_, at) => at !== detail.itemIndex))
        }
        definition={[
          {
            label: "Key",
            control: (entry, index) => (
              <Input
                value={entry.ContextKeyName ?? ""}
                ariaLabel={`Condition key ${index + 1}`}
                placeholder="aws:SourceIp"
                onChange={({ detail }) => change(index, { ...entry, ContextKeyName: detail.value })}
              />
            ),
          },
          {
            label: "Type",
            control: (entry, index) => (
              <Select
                ariaLabel={`Type of condition key ${index + 1}`}
                options={TYPES.map((value) => ({ value }))}
                selectedOption={{ value: entry.ContextKeyType ?? "string" }}
                onChange={({ detail }) =>
                  change(index, {
                    ...entry,
                    ContextKeyType: TYPES.find((type) => type === detail.selectedOption.value),
                  })
                }
              />
            ),
          },
          {
            label: "Values, with commas",
            control: (entry, index) => (
              <Input
                value={(entry.ContextKeyValues ?? []).join(",")}
                ariaLabel={`Values of condition key ${index + 1}`}
                onChange={({ detail }) =>
                  change(index, { ...entry, ContextKeyValues: detail.value.split(",") })
                }
              />
            ),
          },
        ]}
      />
    </FormField>
  );
}
