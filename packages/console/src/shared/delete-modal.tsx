import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import { ModalForm } from "./modal-form.tsx";

/** The word that has to be typed before a resource is deleted. */
const WORD = "delete";

/** Asks before something is gone. What refuses the deletion is shown in here. */
export function DeleteModal(props: {
  /** "channel stage". */
  readonly what: string;
  readonly consequences?: ReactNode;
  readonly onDelete: () => Promise<void>;
  readonly onClose: () => void;
  readonly verb?: string;
}) {
  const { what, consequences, onDelete, onClose, verb = "Delete" } = props;
  const [typed, setTyped] = useState("");
  return (
    <ModalForm
      title={`${verb} ${what}?`}
      verb={verb}
      disabled={typed !== WORD}
      onSubmit={onDelete}
      onClose={onClose}
    >
      {consequences ?? <Box>This can't be undone.</Box>}
      <FormField label={`To confirm, type ${WORD}`}>
        <Input value={typed} placeholder={WORD} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </ModalForm>
  );
}
