import type { Parameter, ParameterDeclaration } from "@aws-sdk/client-cloudformation";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ownValue } from "../../shared/own-value.ts";
import { sentAs } from "../../wire/shown-inputs.ts";

/** Values by the parameters' names; a parameter without one keeps the stack's, or the default. */
export type TypedParameters = Readonly<Record<string, string>>;

/** A field for each parameter that a template declares. */
export function ParameterFields(props: {
  readonly declared: readonly ParameterDeclaration[];
  /** The stack's values; none of a stack that is to be created. */
  readonly stored: readonly Parameter[];
  readonly typed: TypedParameters;
  readonly onChange: (typed: TypedParameters) => void;
}) {
  const { declared, stored, typed, onChange } = props;
  return (
    <SpaceBetween size="m">
      {declared.map((parameter) => {
        const { ParameterKey: name = "", DefaultValue, Description } = parameter;
        const known = stored.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
        return (
          <FormField
            key={name}
            label={name}
            description={Description}
            constraintText={parameter.ParameterType}
          >
            <ParameterControl
              parameter={parameter}
              kept={parameter.NoEcho ? undefined : (known ?? DefaultValue)}
              isStored={known !== undefined}
              typed={ownValue(typed, name)}
              onChange={(value) => onChange({ ...typed, [name]: value })}
            />
          </FormField>
        );
      })}
    </SpaceBetween>
  );
}

function ParameterControl(props: {
  readonly parameter: ParameterDeclaration;
  readonly kept: string | undefined;
  readonly isStored: boolean;
  readonly typed: string | undefined;
  readonly onChange: (value: string) => void;
}) {
  const { parameter, kept, isStored, typed, onChange } = props;
  const { NoEcho = false, ParameterConstraints } = parameter;
  const value = typed ?? kept ?? "";
  const allowed = ParameterConstraints?.AllowedValues ?? [];
  if (allowed.length > 0) {
    return (
      <Select
        options={allowed.map((each) => ({ value: each, label: each }))}
        selectedOption={value === "" ? null : { value, label: value }}
        placeholder="Choose a value"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    );
  }
  return (
    <Input
      value={value}
      type={NoEcho ? "password" : "text"}
      placeholder={NoEcho && isStored ? "Unchanged" : ""}
      autoComplete={false}
      onChange={({ detail }) => onChange(detail.value)}
    />
  );
}

/** The parameters of a request; hidden values stay out of the page's lines for the AWS CLI. */
export function requestParameters(
  declared: readonly ParameterDeclaration[],
  stored: readonly Parameter[],
  typed: TypedParameters,
): Parameter[] {
  return declared.flatMap(({ ParameterKey: name = "", NoEcho = false }): Parameter[] => {
    const ParameterValue = ownValue(typed, name);
    if (ParameterValue !== undefined) {
      const parameter = { ParameterKey: name, ParameterValue };
      return [NoEcho ? sentAs(parameter, { ...parameter, ParameterValue: "…" }) : parameter];
    }
    const isStored = stored.some(({ ParameterKey }) => ParameterKey === name);
    return isStored ? [{ ParameterKey: name, UsePreviousValue: true }] : [];
  });
}
