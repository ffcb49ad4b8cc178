import type { Policy } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TagFields } from "../../shared/tag-fields.tsx";
import type { TagField } from "../../shared/tags.ts";
import { NEW_TRUST, type TrustChoice } from "./trust-choice.ts";

/** A role as its creation asks for it, without its policies. */
export interface RoleDraft {
  readonly kind: "own" | "linked";
  readonly choice: TrustChoice;
  /** The trust policy as it was typed; undefined: as the choice writes it. */
  readonly typedTrust: string | undefined;
  /** The principal of a service-linked role's service. */
  readonly service: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly TagField[];
}

export const NEW_ROLE: RoleDraft = {
  kind: "own",
  choice: NEW_TRUST,
  typedTrust: undefined,
  service: "ivs.amazonaws.com",
  name: "",
  description: "",
  tags: [],
};

/** The last step of a role's creation: its name, and all that was chosen before. */
export function RoleReview(props: {
  readonly draft: RoleDraft;
  readonly trust: string;
  readonly policies: readonly Policy[];
  readonly onChange: (part: Partial<RoleDraft>) => void;
}) {
  const { draft, trust, policies, onChange } = props;
  const own = draft.kind === "own";
  return (
    <SpaceBetween size="m">
      {own && (
        <FormField label="Role name">
          <Input
            value={draft.name}
            autoFocus
            onChange={({ detail }) => onChange({ name: detail.value })}
          />
        </FormField>
      )}
      <FormField label="Description">
        <Input
          value={draft.description}
          onChange={({ detail }) => onChange({ description: detail.value })}
        />
      </FormField>
      {own && <TagFields tags={draft.tags} onChange={(tags) => onChange({ tags })} />}
      <KeyValuePairs
        columns={1}
        items={
          own
            ? [
                { label: "Trust policy", value: <pre className="document">{trust}</pre> },
                { label: "Permissions policies", value: <Names of={policies} /> },
              ]
            : [{ label: "Service", value: draft.service }]
        }
      />
    </SpaceBetween>
  );
}

function Names({ of }: { readonly of: readonly Policy[] }) {
  if (of.length === 0) return "None: the role may do nothing until a policy is attached.";
  return (
    <ul className="plain-list name-cell">
      {of.map(({ Arn, PolicyName }) => (
        <li key={Arn}>{PolicyName}</li>
      ))}
    </ul>
  );
}
