import { type Role, UpdateRoleCommand } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";

/** The description of any role, and how long a session of a role of one's own may be. */
export function EditRole(props: {
  readonly role: Role;
  /** A service-linked role: its description alone may be edited. */
  readonly linked: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { role, linked, onSaved, onClose } = props;
  const { iam } = useAws();
  const [text, setText] = useState(role.Description ?? "");
  const [seconds, setSeconds] = useState(String(role.MaxSessionDuration ?? ""));
  return (
    <ModalForm
      title={linked ? "Edit description" : "Edit role"}
      verb="Save"
      onClose={onClose}
      onSubmit={async () => {
        await iam.send(
          new UpdateRoleCommand({
            RoleName: role.RoleName,
            Description: text,
            ...(linked ? {} : { MaxSessionDuration: Number(seconds) }),
          }),
        );
        onSaved();
      }}
    >
      <FormField label="Description" constraintText="At most 1,000 characters.">
        <Textarea value={text} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
      {!linked && (
        <FormField
          label="Maximum session duration, seconds"
          description="What AssumeRole may ask for as DurationSeconds."
          constraintText="3600 (an hour) to 43200 (12 hours)."
        >
          <Input
            type="number"
            inputMode="numeric"
            value={seconds}
            onChange={({ detail }) => setSeconds(detail.value)}
          />
        </FormField>
      )}
    </ModalForm>
  );
}
