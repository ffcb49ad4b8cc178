import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Spinner from "@cloudscape-design/components/spinner";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { NEW_POLICY } from "./policy-documents.ts";
import { operationsOf, type PolicyOwner } from "./policy-owner.ts";

const SIZE_MAX = {
  user: POLICY_SIZE_LIMITS.inlineOfUser,
  group: POLICY_SIZE_LIMITS.inlineOfGroup,
  role: POLICY_SIZE_LIMITS.inlineOfRole,
};

/** Shows and changes a policy that is written into its owner; without a name, makes one. */
export function InlinePolicyForm(props: {
  readonly owner: PolicyOwner;
  readonly name: string | undefined;
  readonly locked: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { owner, locked, onSaved, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [name, setName] = useState(props.name ?? "");
  const [typed, setTyped] = useState(props.name === undefined ? NEW_POLICY : undefined);
  const stored = useCall(`inline policy ${props.name ?? ""}`, async ({ iam: client }) => {
    if (props.name === undefined) return NEW_POLICY;
    return pretty(await operationsOf(owner).read(client, owner.name, props.name));
  });
  const text = typed ?? stored.data;
  const findings = useFindings(text ?? "", "inline");
  return (
    <ModalForm
      title={props.name ?? "Create inline policy"}
      verb="Save"
      size="large"
      disabled={locked || name === "" || text === undefined || findings.length > 0}
      onClose={onClose}
      onSubmit={async () => {
        await operationsOf(owner).put(iam, owner.name, name, text ?? "");
        done(`Policy ${name} of ${owner.name} is saved.`);
        onSaved();
      }}
    >
      {stored.error !== undefined && (
        <CallFailure
          title="The policy can't be shown"
          error={stored.error}
          onRetry={stored.reload}
        />
      )}
      {props.name === undefined && (
        <FormField label="Policy name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      {text === undefined ? (
        <Spinner />
      ) : (
        <JsonEditor
          label="Policy"
          kind="inline"
          value={text}
          readOnly={locked}
          sizeMax={SIZE_MAX[owner.kind]}
          onChange={setTyped}
        />
      )}
    </ModalForm>
  );
}
