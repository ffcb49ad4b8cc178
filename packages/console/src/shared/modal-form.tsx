import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useId, useState } from "react";
import { KeptInAddress } from "../routing/address-state.ts";
import { Actions } from "./actions.tsx";
import { EnterForm } from "./enter-form.tsx";
import { inBackground } from "./in-background.ts";
import { Refusal } from "./refusal.tsx";

/** A form in front of a page; what refuses it is said inside, and what was typed stays. */
export function ModalForm(props: {
  readonly title: string;
  readonly verb: string;
  readonly disabled?: boolean;
  readonly size?: ModalProps.Size;
  /** Something follows in the form's place. */
  readonly staysOpen?: boolean;
  /** Closing the dialog stops what was sent. */
  readonly stoppable?: boolean;
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
    stoppable = false,
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
              {stoppable && running ? "Stop" : "Cancel"}
            </Button>
            <Button variant="primary" form={id} loading={running} disabled={disabled}>
              {verb}
            </Button>
          </Actions>
        </Box>
      }
    >
      <EnterForm id={id} takesFocus onSubmit={() => inBackground("The form wasn't sent", submit())}>
        <SpaceBetween size="m">
          {error !== undefined && <Failures error={error} />}
          <KeptInAddress value={false}>{children}</KeptInAddress>
        </SpaceBetween>
      </EnterForm>
    </Modal>
  );
}

/** More refusals of one form aren't read anyway. */
const FAILURES_SHOWN = 5;

/** The refusal of the form; each different one, if it asked for many things. */
function Failures({ error }: { readonly error: unknown }) {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const different = [...new Map(errors.map((one) => [String(one), one]))];
  const rest = different.length - FAILURES_SHOWN;
  return (
    <>
      {different.slice(0, FAILURES_SHOWN).map(([text, one]) => (
        <Alert key={text} type="error">
          <Refusal error={one} />
        </Alert>
      ))}
      {rest > 0 && <Box>{rest} more were refused.</Box>}
    </>
  );
}
