import { SERVICE_REFERENCE } from "virtual:service-reference";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
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
import { Refusal } from "../../shared/refusal.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { checkNoNewAccess, type NewAccessVerdict } from "../../wire/check-no-new-access.ts";
import { useCall } from "../../wire/use-call.ts";
import {
  compareWith,
  type DraftComparison,
  type DraftPlace,
  type Example,
  oneDocument,
  type PolicyText,
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

interface Compared {
  readonly comparison: DraftComparison;
  readonly verdict: NewAccessVerdict | undefined;
  /** Access Analyzer's refusal; the comparison stands without it. */
  readonly refusal: unknown;
}

function Draft({ policies }: { readonly policies: readonly PolicyText[] }) {
  const aws = useAws();
  const options = placesIn(policies);
  const [place, setPlace] = useState(options[0]);
  const [text, setText] = useState(() =>
    policies[0] === undefined ? NEW_POLICY : pretty(policies[0].text),
  );
  const findings = useFindings(text, "managed");
  const [compared, setCompared] = useState<Compared>();
  const [running, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    const candidate = withDraft(policies, text, place?.place ?? { kind: "all" });
    const [verdict] = await Promise.allSettled([
      // A policy without statements is none.
      policies.length === 0
        ? undefined
        : checkNoNewAccess(aws, oneDocument(candidate), oneDocument(policies)),
    ]);
    setCompared({
      comparison: compareWith(candidate, policies, SERVICE_REFERENCE),
      verdict: verdict.status === "fulfilled" ? verdict.value : undefined,
      refusal: verdict.status === "rejected" ? verdict.reason : undefined,
    });
    setRunning(false);
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
        loading={running}
        disabled={findings.length > 0}
        onClick={() => inBackground("The draft wasn't compared", run())}
      >
        Compare
      </Button>
      <div aria-live="polite">{compared && <Answer {...compared} />}</div>
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

function Answer({ comparison, verdict, refusal }: Compared) {
  const { relation, exact, more, less } = comparison;
  return (
    <SpaceBetween size="s">
      {relation === "equal" && exact && (
        <StatusIndicator>The same is allowed, by every request there may be.</StatusIndicator>
      )}
      {more && <Difference type="warning" title="Newly allowed, for example" example={more} />}
      {less && <Difference type="info" title="No longer allowed, for example" example={less} />}
      {exact && !more && relation !== "equal" && (
        <StatusIndicator>Nothing is newly allowed.</StatusIndicator>
      )}
      {exact && !less && relation !== "equal" && (
        <StatusIndicator>Everything that was allowed still is.</StatusIndicator>
      )}
      {!exact && (
        <StatusIndicator type="warning">
          Not all was settled: there may be more differences.
        </StatusIndicator>
      )}
      {verdict && <Verdict verdict={verdict} />}
      {refusal !== undefined && (
        <Box>
          Access Analyzer wasn't asked: <Refusal error={refusal} />
        </Box>
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

function Verdict({ verdict }: { readonly verdict: NewAccessVerdict }) {
  const { result, message, reasons = [] } = verdict;
  return (
    <div>
      <StatusIndicator type={result === "PASS" ? "success" : "warning"}>
        {`Access Analyzer's CheckNoNewAccess: ${result}. ${message ?? ""}`}
      </StatusIndicator>
      <ul>
        {reasons.map(({ description = "" }) => (
          <li key={description}>{description}</li>
        ))}
      </ul>
    </div>
  );
}
