import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { JsonEditor } from "../../shared/json-editor.tsx";
import type { RoleDraft } from "./role-review.tsx";
import { TrustFields } from "./trust-fields.tsx";

/** The first step of a role's creation: who may assume it, or the service that it is linked to. */
export function RoleTrust(props: {
  readonly draft: RoleDraft;
  readonly trust: string;
  readonly onChange: (part: Partial<RoleDraft>) => void;
}) {
  const { draft, trust, onChange } = props;
  return (
    <SpaceBetween size="m">
      <FormField label="Kind">
        <RadioGroup
          value={draft.kind}
          onChange={({ detail }) =>
            onChange({ kind: detail.value === "linked" ? "linked" : "own" })
          }
          items={[
            { value: "own", label: "Role", description: "You say who may assume it." },
            {
              value: "linked",
              label: "Service-linked role",
              description: "The service says what it may do; nobody can edit it.",
            },
          ]}
        />
      </FormField>
      {draft.kind === "linked" ? (
        <FormField label="Service">
          <Input
            value={draft.service}
            onChange={({ detail }) => onChange({ service: detail.value })}
          />
        </FormField>
      ) : (
        <>
          <TrustFields
            choice={draft.choice}
            // The policy is written anew.
            onChange={(choice) => onChange({ choice, typedTrust: undefined })}
          />
          <JsonEditor
            label="Trust policy"
            kind="trust"
            value={trust}
            sizeMax={POLICY_SIZE_LIMITS.trustPolicy}
            onChange={(typedTrust) => onChange({ typedTrust })}
          />
        </>
      )}
    </SpaceBetween>
  );
}
