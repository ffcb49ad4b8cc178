import type { ObjectLockRetentionMode } from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { RETENTION_MODES, retentionMode } from "./retention-modes.ts";

/** The days as typed. */
export interface RetentionFields {
  /** Empty: new versions aren't locked by themselves. */
  readonly mode: ObjectLockRetentionMode | "";
  readonly period: string;
  readonly unit: "Days" | "Years";
}

const UNITS = [
  { id: "Days", text: "Days" },
  { id: "Years", text: "Years" },
];

/** The lock of new versions whose request sets none. */
export function DefaultRetentionForm(props: {
  readonly title: string;
  readonly warning: string | undefined;
  readonly before: RetentionFields;
  readonly onSave: (fields: RetentionFields) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { title, warning, before, onSave, onClose } = props;
  const [fields, setFields] = useState(before);
  const { mode, period, unit } = fields;
  return (
    <ModalForm
      title={title}
      verb="Save"
      disabled={mode !== "" && period === ""}
      onSubmit={() => onSave(fields)}
      onClose={onClose}
    >
      {warning !== undefined && <Alert type="warning">{warning}</Alert>}
      <FormField
        label="Default retention"
        description="For versions that are put from now on, unless the request says otherwise."
      >
        <RadioGroup
          ariaLabel="Default retention"
          items={RETENTION_MODES}
          value={mode}
          onChange={({ detail }) => setFields({ ...fields, mode: retentionMode(detail.value) })}
        />
      </FormField>
      {mode !== "" && (
        <>
          <FormField label="Retention period">
            <Input
              type="number"
              inputMode="numeric"
              value={period}
              onChange={({ detail }) => setFields({ ...fields, period: detail.value })}
            />
          </FormField>
          <SegmentedControl
            label="Unit of the period"
            options={UNITS}
            selectedId={unit}
            onChange={({ detail }) =>
              setFields({ ...fields, unit: detail.selectedId === "Years" ? "Years" : "Days" })
            }
          />
        </>
      )}
    </ModalForm>
  );
}
