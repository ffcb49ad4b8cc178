import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { TagFields } from "../../shared/tag-fields.tsx";
import type { LifecycleFields, LifecycleScope } from "./lifecycle-fields.ts";
import { TransitionFields } from "./transition-fields.tsx";

/** Makes or changes a lifecycle rule. */
export function LifecycleRuleForm(props: {
  readonly title: string;
  readonly verb: string;
  readonly fields: LifecycleFields;
  readonly onSave: (fields: LifecycleFields) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { title, verb, onSave, onClose } = props;
  const [fields, setFields] = useState(props.fields);
  const { name, enabled, scope, expiration, older, abort, moves, olderMoves } = fields;
  const change = (part: Partial<LifecycleFields>) => setFields({ ...fields, ...part });
  return (
    <ModalForm
      title={title}
      verb={verb}
      disabled={name === ""}
      onClose={onClose}
      onSubmit={() => onSave(fields)}
    >
      <FormField label="Rule name">
        <Input value={name} onChange={({ detail }) => change({ name: detail.value })} />
      </FormField>
      <ScopeFields scope={scope} onChange={(changed) => change({ scope: changed })} />
      <NumberField
        label="Objects expire after, days"
        description="Empty: never."
        value={expiration.days}
        onChange={(days) => change({ expiration: { ...expiration, days } })}
      />
      <Toggle
        checked={expiration.markers}
        description="Without days above, in buckets with versions."
        onChange={({ detail }) =>
          change({ expiration: { ...expiration, markers: detail.checked } })
        }
      >
        Delete markers go when no version is left
      </Toggle>
      <NumberField
        label="Older versions go after, days"
        description="Empty: never."
        value={older.days}
        onChange={(days) => change({ older: { ...older, days } })}
      />
      <NumberField
        label="Older versions that stay in any case"
        description="The newest of them, 1 to 100. Empty: none."
        value={older.kept}
        onChange={(kept) => change({ older: { ...older, kept } })}
      />
      <NumberField
        label="Unfinished multipart uploads go after, days"
        description="Empty: never. Not with tags or sizes."
        value={abort.days}
        onChange={(days) => change({ abort: { days } })}
      />
      <TransitionFields
        label="Objects move to another storage class"
        description="From an archive class an object is read after RestoreObject only."
        noun="move"
        transitions={moves}
        onChange={(changed) => change({ moves: changed })}
      />
      <TransitionFields
        label="Older versions move to another storage class"
        description="Kept in the rule: they stay where they are."
        noun="move of older versions"
        transitions={olderMoves}
        onChange={(changed) => change({ olderMoves: changed })}
      />
      <Toggle checked={enabled} onChange={({ detail }) => change({ enabled: detail.checked })}>
        Enabled
      </Toggle>
    </ModalForm>
  );
}

function ScopeFields(props: {
  readonly scope: LifecycleScope;
  readonly onChange: (scope: LifecycleScope) => void;
}) {
  const { scope, onChange } = props;
  return (
    <SpaceBetween size="m">
      <FormField label="Prefix" description="Empty: all objects.">
        <Input
          value={scope.prefix}
          placeholder="ivs/v1/"
          onChange={({ detail }) => onChange({ ...scope, prefix: detail.value })}
        />
      </FormField>
      <FormField label="Tags" description="Objects that have all of them.">
        <TagFields tags={scope.tags} onChange={(tags) => onChange({ ...scope, tags })} />
      </FormField>
      <NumberField
        label="Larger than, bytes"
        value={scope.largerThan}
        onChange={(largerThan) => onChange({ ...scope, largerThan })}
      />
      <NumberField
        label="Smaller than, bytes"
        value={scope.smallerThan}
        onChange={(smallerThan) => onChange({ ...scope, smallerThan })}
      />
    </SpaceBetween>
  );
}

function NumberField(props: {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { label, description, value, onChange } = props;
  return (
    <FormField label={label} description={description}>
      <Input
        type="number"
        inputMode="numeric"
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
