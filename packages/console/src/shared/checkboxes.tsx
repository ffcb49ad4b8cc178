import Checkbox from "@cloudscape-design/components/checkbox";

/** A box for each value, of which any number may be checked. */
export function Checkboxes<Value extends string>(props: {
  /** Values with their labels. */
  readonly options: readonly (readonly [Value, string])[];
  readonly checked: readonly Value[];
  readonly disabled?: boolean;
  readonly onChange: (checked: Value[]) => void;
}) {
  const { options, checked, disabled = false, onChange } = props;
  return options.map(([value, label]) => (
    <Checkbox
      key={value}
      checked={checked.includes(value)}
      disabled={disabled}
      onChange={({ detail }) =>
        onChange([...checked.filter((one) => one !== value), ...(detail.checked ? [value] : [])])
      }
    >
      {label}
    </Checkbox>
  ));
}
