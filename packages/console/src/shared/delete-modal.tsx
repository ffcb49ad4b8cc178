import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ModalForm } from "./modal-form.tsx";
import type { Run } from "./remove-all.ts";

/** The word that has to be typed before a resource is deleted. */
const WORD = "delete";

/**
 * Asks before something is gone, and shows how far a long deletion is; closing the dialog stops it.
 * What refuses the deletion is shown in here.
 */
export function DeleteModal(props: {
  /** "channel stage". */
  readonly what: string;
  readonly consequences?: ReactNode;
  readonly onDelete: (run: Run) => Promise<void>;
  readonly onClose: () => void;
  readonly verb?: string;
  /** No word has to be typed. */
  readonly reversible?: boolean;
}) {
  const { what, consequences, onDelete, onClose, verb = "Delete", reversible = false } = props;
  const [typed, setTyped] = useState("");
  const [progress, setProgress] = useState<string>();
  const stop = useRef(new AbortController());
  useEffect(() => {
    const started = new AbortController();
    stop.current = started;
    return () => started.abort();
  }, []);
  return (
    <ModalForm
      title={`${verb} ${what}?`}
      verb={verb}
      disabled={typed !== WORD && !reversible}
      stoppable
      onSubmit={async () => {
        try {
          await onDelete({ signal: stop.current.signal, report: setProgress });
        } finally {
          setProgress(undefined);
        }
      }}
      onClose={onClose}
    >
      {consequences ?? <Box>This can't be undone.</Box>}
      {progress !== undefined && (
        <StatusIndicator type="loading" wrapText>
          {progress}
        </StatusIndicator>
      )}
      {!reversible && (
        <FormField label={`To confirm, type ${WORD}`}>
          <Input
            value={typed}
            placeholder={WORD}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </FormField>
      )}
    </ModalForm>
  );
}
