import { SERVICE_REFERENCE } from "virtual:service-reference";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useCall } from "../../wire/use-call.ts";
import {
  compareWith,
  type DraftComparison,
  type DraftPlace,
  type Example,
  type PolicyText,
  verdictOf,
  withDraft,
} from "./draft-comparison.ts";
import { NEW_POLICY } from "./policy-documents.ts";
import type { PolicyOwner } from "./policy-owner.ts";
import { principalPolicies } from "./principal-policies.ts";

/** Shows what a user's or role's policies would newly allow, and no longer, with a draft. */
export function CompareDraft({ owner }: { readonly owner: PolicyOwner }) {
  const policies = useCall(`policy texts of ${owner.kind} ${owner.name}`, ({ iam }) =>
    principalPolicies(iam, owner),
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="By the policies alone, whatever else decides. Nothing is saved."
        >
          Compare with a draft
        </Header>
      }
    >
      <CallState what="policies" call={policies} />
      {policies.data && <Draft policies={policies.data} />}
    </Container>
  );
}

function Draft({ policies }: { readonly policies: readonly PolicyText[] }) {
  const options = placesIn(policies);
  const [place, setPlace] = useState(options[0]);
  const [text, setText] = useState(() =>
    policies[0] === undefined ? NEW_POLICY : pretty(policies[0].text),
  );
  const findings = useFindings(text, "managed");
  const [compared, setCompared] = useState<DraftComparison>();
  const compare = async () => {
    const candidate = withDraft(policies, text, place?.place ?? { kind: "all" });
    setCompared(compareWith(candidate, policies, SERVICE_REFERENCE));
  };
  return (
    <SpaceBetween size="m">
      <FormField label="The draft is">
        <Select
          options={options}
          selectedOption={place ?? null}
          onChange={({ detail }) => {
            setPlace(options.find(({ value }) => value === detail.selectedOption.value));
            setCompared(undefined);
          }}
        />
      </FormField>
      <JsonEditor
        label="Draft"
        kind="managed"
        value={text}
        onChange={(typed) => {
          setText(typed);
          setCompared(undefined);
        }}
      />
      <Button
        formAction="none"
        disabled={findings.length > 0}
        onClick={() => inBackground("The draft wasn't compared", compare())}
      >
        Compare
      </Button>
      <div aria-live="polite">{compared && <Answer of={compared} />}</div>
    </SpaceBetween>
  );
}

function placesIn(policies: readonly PolicyText[]) {
  const option = (value: string, label: string, place: DraftPlace) => ({ value, label, place });
  return [
    ...policies.map(({ name }) =>
      option(`in place of ${name}`, `In place of ${name}`, { kind: "policy", name }),
    ),
    option("beside", "Beside all its policies", { kind: "beside" }),
    option("all", "In place of all its policies", { kind: "all" }),
  ];
}

function Answer({ of }: { readonly of: DraftComparison }) {
  const { type, sentence } = verdictOf(of);
  return (
    <SpaceBetween size="s">
      <StatusIndicator type={type}>{sentence}</StatusIndicator>
      {of.more && (
        <Difference type="warning" title="Newly allowed, for example" example={of.more} />
      )}
      {of.less && (
        <Difference type="info" title="No longer allowed, for example" example={of.less} />
      )}
    </SpaceBetween>
  );
}

function Difference(props: {
  readonly type: "warning" | "info";
  readonly title: string;
  readonly example: Example;
}) {
  const { type, title, example } = props;
  const { request, context, policy } = example;
  return (
    <Alert type={type} header={title}>
      <span className="cli-line">
        <code>{request}</code>
        {context.length > 0 && <>, with {context.join("; ")}</>}, by {policy}
      </span>
    </Alert>
  );
}
