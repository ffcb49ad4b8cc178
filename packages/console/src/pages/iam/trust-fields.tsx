import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import type { TrustChoice } from "./trust-choice.ts";

const KINDS: readonly {
  readonly value: TrustChoice["kind"];
  readonly label: string;
  readonly description: string;
}[] = [
  {
    value: "service",
    label: "A service of AWS",
    description: "It works with the role's permissions.",
  },
  {
    value: "principals",
    label: "Users and roles of this account",
    description: "Some, or all that a policy of their own lets.",
  },
  { value: "account", label: "Another account", description: "With an external ID, or without." },
  {
    value: "provider",
    label: "Users of an identity provider",
    description: "They come with a token of OpenID Connect.",
  },
];

/** Asks who may assume a role. */
export function TrustFields(props: {
  readonly choice: TrustChoice;
  readonly onChange: (choice: TrustChoice) => void;
}) {
  const { choice, onChange } = props;
  return (
    <SpaceBetween size="m">
      <FormField label="Who may assume it">
        <RadioGroup
          value={choice.kind}
          items={[...KINDS]}
          onChange={({ detail }) => {
            const kind = KINDS.find(({ value }) => value === detail.value)?.value;
            if (kind !== undefined) onChange({ ...choice, kind });
          }}
        />
      </FormField>
      <Answer choice={choice} onChange={onChange} />
    </SpaceBetween>
  );
}

function Answer(props: {
  readonly choice: TrustChoice;
  readonly onChange: (choice: TrustChoice) => void;
}) {
  const { choice, onChange } = props;
  const change = (part: Partial<TrustChoice>) => onChange({ ...choice, ...part });
  const field = (
    label: string,
    name: "services" | "account" | "externalId" | "provider" | "audience",
    placeholder: string,
    description = "",
  ) => (
    <FormField label={label} description={description}>
      <Input
        value={choice[name]}
        placeholder={placeholder}
        onChange={({ detail }) => change({ [name]: detail.value.trim() })}
      />
    </FormField>
  );
  const mfa = (
    <Checkbox
      checked={choice.requiresMfa}
      onChange={({ detail }) => change({ requiresMfa: detail.checked })}
    >
      Only with a second factor
    </Checkbox>
  );
  switch (choice.kind) {
    case "service":
      return field("Service principal", "services", "ec2.amazonaws.com");
    case "principals":
      return (
        <SpaceBetween size="m">
          <FormField
            label="Users and roles"
            description="ARNs, one a line. Empty: all of this account that a policy allows to."
          >
            <Textarea
              rows={2}
              spellcheck={false}
              value={choice.principals}
              placeholder="arn:aws:iam::000000000000:user/ann"
              onChange={({ detail }) => change({ principals: detail.value })}
            />
          </FormField>
          {mfa}
        </SpaceBetween>
      );
    case "account":
      return (
        <SpaceBetween size="m">
          {field("Account ID", "account", "111122223333")}
          {field("External ID", "externalId", "", "Optional: it has to come with each request.")}
          {mfa}
        </SpaceBetween>
      );
    case "provider":
      return (
        <SpaceBetween size="m">
          {field(
            "Identity provider",
            "provider",
            "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com",
            "Its ARN.",
          )}
          {field("Audience", "audience", "sts.amazonaws.com", "The client that tokens are for.")}
        </SpaceBetween>
      );
  }
}
