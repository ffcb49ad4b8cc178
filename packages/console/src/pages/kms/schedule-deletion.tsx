import { ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { kmsOf } from "./key-calls.ts";

/** Source: ScheduleKeyDeletion, `PendingWindowInDays`: 7 to 30, 30 if it is left out. */
const DAYS = { min: 7, max: 30 } as const;

/** Deletion can be canceled for some days, and not after. */
export function ScheduleDeletion(props: {
  readonly keyId: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { keyId: KeyId, onClose, onDone } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [days, setDays] = useState(String(DAYS.max));
  return (
    <ModalForm
      title={`Schedule deletion of key ${KeyId}?`}
      verb="Schedule deletion"
      onClose={onClose}
      onSubmit={async () => {
        const PendingWindowInDays = Number(days);
        await kmsOf(aws).send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
        done(`Key ${KeyId} will be deleted in ${days} days.`);
        onDone();
      }}
    >
      <Box>
        The key can't be used from now on. When it is gone, nothing that it encrypted can be
        decrypted again. Until then the deletion can be canceled.
      </Box>
      <FormField label="Days until it is deleted" description={`${DAYS.min} to ${DAYS.max}.`}>
        <Input
          type="number"
          inputMode="numeric"
          value={days}
          onChange={({ detail }) => setDays(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
