import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { callErrorText } from "../wire/call-error.ts";

/** What has to be typed before something is deleted. */
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
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const act = async () => {
    setRunning(true);
    setError(undefined);
    try {
      await onDelete();
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(false);
    }
  };
  const failure = error === undefined ? undefined : callErrorText(error);
  return (
    <Modal
      visible
      header={`${verb} ${what}?`}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={running} disabled={typed !== WORD} onClick={act}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {consequences ?? <Box>This can't be undone.</Box>}
        <FormField label={`To confirm, type ${WORD}`}>
          <Input
            value={typed}
            placeholder={WORD}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </FormField>
        {failure && (
          <Alert type="error" header={failure.code}>
            {failure.sentence}
          </Alert>
        )}
      </SpaceBetween>
    </Modal>
  );
}
