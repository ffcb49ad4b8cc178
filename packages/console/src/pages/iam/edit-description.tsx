import { type Role, UpdateRoleCommand } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useAws } from "../../wire/aws-context.tsx";

/** The one thing that may be edited of every role, a service-linked one included. */
export function EditDescription(props: {
  readonly role: Role;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { role, onSaved, onClose } = props;
  const { iam } = useAws();
  const [text, setText] = useState(role.Description ?? "");
  return (
    <ModalForm
      title="Edit description"
      verb="Save"
      onClose={onClose}
      onSubmit={async () => {
        await iam.send(new UpdateRoleCommand({ RoleName: role.RoleName, Description: text }));
        onSaved();
      }}
    >
      <FormField label="Description">
        <Textarea value={text} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
    </ModalForm>
  );
}
