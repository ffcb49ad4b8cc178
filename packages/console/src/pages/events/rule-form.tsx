import { type DescribeRuleResponse, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import { ModalForm } from "../../shared/modal-form.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { eventsOf, placeOfRule } from "./event-calls.ts";

/** A first pattern: streams that begin and end. */
const FIRST_PATTERN = JSON.stringify(
  { source: ["aws.ivs"], "detail-type": ["IVS Stream State Change"] },
  null,
  2,
);

export function CreateRuleButton({ bus }: { readonly bus: string }) {
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setCreating(true)}>
        Create rule
      </Button>
      {creating && <RuleForm bus={bus} onClose={() => setCreating(false)} />}
    </>
  );
}

/** Creates a rule, or changes the pattern of one; targets come from the AWS CLI. */
export function RuleForm(props: {
  readonly bus: string;
  readonly known?: DescribeRuleResponse;
  readonly onSaved?: () => void;
  readonly onClose: () => void;
}) {
  const { bus: EventBusName, known, onSaved, onClose } = props;
  const aws = useAws();
  const [name, setName] = useState(known?.Name ?? "");
  const [pattern, setPattern] = useState(pretty(known?.EventPattern ?? FIRST_PATTERN));
  return (
    <ModalForm
      title={known ? `Edit ${name}` : "Create rule"}
      verb={known ? "Save" : "Create"}
      disabled={name === "" || pattern === ""}
      onClose={onClose}
      onSubmit={async () => {
        // What is left out is reset.
        const { Description, State, RoleArn, ScheduleExpression } = known ?? {};
        const kept = { Description, State, RoleArn, ScheduleExpression };
        const input = { ...kept, Name: name, EventBusName, EventPattern: pattern };
        await eventsOf(aws).send(new PutRuleCommand(input));
        onSaved?.();
        if (!known) goTo(placeOfRule(EventBusName, name));
      }}
    >
      {!known && (
        <FormField label="Name">
          <Input value={name} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      <FormField label="Event pattern" description="JSON: each field with the values that match.">
        <Textarea
          rows={8}
          spellcheck={false}
          value={pattern}
          onChange={({ detail }) => setPattern(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}
