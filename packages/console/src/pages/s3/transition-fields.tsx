import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { TransitionField } from "./lifecycle-fields.ts";

/** Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle", from warm to cold. */
const CLASSES = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
].map((value) => ({ value }));

/** Rows of storage class and days. */
export function TransitionFields(props: {
  readonly label: string;
  readonly description: string;
  /** Names the rows for screen readers: "move". */
  readonly noun: string;
  readonly transitions: readonly TransitionField[];
  readonly onChange: (transitions: readonly TransitionField[]) => void;
}) {
  const { label, description, noun, transitions, onChange } = props;
  const change = (index: number, part: Partial<TransitionField>) =>
    onChange(transitions.map((known, at) => (at === index ? { ...known, ...part } : known)));
  return (
    <FormField label={label} description={description}>
      <AttributeEditor
        items={transitions}
        addButtonText={`Add ${noun}`}
        removeButtonText="Remove"
        removeButtonAriaLabel={() => `Remove ${noun}`}
        empty="They stay in their storage class."
        onAddButtonClick={() =>
          onChange([...transitions, { storageClass: "STANDARD_IA", days: "30", kept: "" }])
        }
        onRemoveButtonClick={({ detail }) =>
          onChange(transitions.filter((_, at) => at !== detail.itemIndex))
        }
        definition={[
          {
            label: "Storage class",
            control: ({ storageClass }, index) => (
              <Select
                selectedOption={{ value: storageClass }}
                options={CLASSES}
                ariaLabel={`Storage class of ${noun} ${index + 1}`}
                onChange={({ detail }) =>
                  change(index, { storageClass: detail.selectedOption.value ?? "" })
                }
              />
            ),
          },
          {
            label: "After, days",
            control: ({ days }, index) => (
              <Input
                type="number"
                inputMode="numeric"
                value={days}
                ariaLabel={`Days of ${noun} ${index + 1}`}
                onChange={({ detail }) => change(index, { days: detail.value })}
              />
            ),
          },
        ]}
      />
    </FormField>
  );
}
