import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useId, useState } from "react";
import { Actions } from "./actions.tsx";
import { EnterForm } from "./enter-form.tsx";
import { Refusal } from "./refusal.tsx";

/** A form in front of a page; what refuses it is said inside, and what was typed stays. */
export function ModalForm(props: {
  readonly title: string;
  readonly verb: string;
  readonly disabled?: boolean;
  readonly size?: ModalProps.Size;
  /** Something follows in the form's place. */
  readonly staysOpen?: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const {
    title,
    verb,
    disabled = false,
    size = "medium",
    staysOpen = false,
    onSubmit,
    onClose,
    children,
  } = props;
  const id = useId();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async () => {
    if (running) return;
    setRunning(true);
    setError(undefined);
    try {
      await onSubmit();
      if (!staysOpen) onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Modal
      visible
      size={size}
      header={title}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Actions>
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" form={id} loading={running} disabled={disabled}>
              {verb}
            </Button>
          </Actions>
        </Box>
      }
    >
      <EnterForm id={id} takesFocus onSubmit={() => void submit()}>
        <SpaceBetween size="m">
          {error !== undefined && (
            <Alert type="error">
              <Refusal error={error} />
            </Alert>
          )}
          {children}
        </SpaceBetween>
      </EnterForm>
    </Modal>
  );
}
