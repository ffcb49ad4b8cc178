import {
  type ContextEntry,
  type EvaluationResult,
  GetPolicyCommand,
  type IAMClient,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { PageProps } from "../../routing/page-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { EnterForm } from "../../shared/enter-form.tsx";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { Page } from "../../shared/page.tsx";
import { lines } from "../../shared/typed-lists.ts";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type ExplainedAction, explainSimulation } from "../../wire/explain-simulation.ts";
import { useCall } from "../../wire/use-call.ts";
import { NEW_POLICY, readPolicyVersion } from "../iam/policy-documents.ts";
import { ContextFields } from "./context-fields.tsx";
import { MisnamedHints } from "./misnamed-hints.tsx";
import { PrincipalChoice } from "./principal-choice.tsx";
import { SimulationResults } from "./simulation-results.tsx";

type Source = "principal" | "custom";

/** Asks IAM what it would decide, without doing it. */
export function SimulatorPage({ query }: PageProps) {
  const given = query.get("policy") ?? "";
  const [source, setSource] = useState<Source>(given === "" ? "principal" : "custom");
  const [arn, setArn] = useState(query.get("principal") ?? "");
  const [typed, setTyped] = useState<string>();
  const stored = useCall(`simulated policy ${given}`, ({ iam }) => readGiven(iam, given));
  const policy = typed ?? stored.data ?? NEW_POLICY;
  const [actions, setActions] = useState("ivs:GetChannel\ns3:PutObject");
  const [resources, setResources] = useState("");
  const [context, setContext] = useState<readonly ContextEntry[]>([]);
  /** The actions as they were when their field was left: half a name isn't a wrong one. */
  const [checked, setChecked] = useState<readonly string[]>([]);
  const [results, setResults] = useState<readonly EvaluationResult[]>();
  const [asked, setAsked] = useState<string>();
  const [explained, setExplained] = useState<readonly ExplainedAction[]>([]);
  const findings = useFindings(policy, "managed");
  const simulate = useAction("Nothing was simulated", async (aws) => {
    const ActionNames = lines(actions);
    setChecked(ActionNames);
    const ResourceArns = lines(resources);
    const question = {
      ActionNames,
      ...(ResourceArns.length === 0 ? {} : { ResourceArns }),
      ...(context.length === 0 ? {} : { ContextEntries: [...context] }),
    };
    const answers = await evaluate(aws, source === "principal" ? { arn } : { policy }, question);
    const isDenied = answers.some(({ EvalDecision }) => EvalDecision !== "allowed");
    const of = source === "principal" ? { PolicySourceArn: arn } : { PolicyInputList: [policy] };
    setExplained(isDenied ? await explainSimulation(aws, { ...of, ...question }) : []);
    setResults(answers);
    setAsked(source === "principal" ? arn : undefined);
    return undefined;
  });
  const ready = source === "principal" ? arn !== "" : findings.length === 0;
  return (
    <Page
      title="Policy simulator"
      description="What would be decided, by whose statement, and what would have to be allowed."
    >
      {stored.error !== undefined && (
        <CallFailure
          title="The policy can't be shown"
          error={stored.error}
          onRetry={stored.reload}
        />
      )}
      <EnterForm onSubmit={() => simulate.run()}>
        <Container
          header={
            <Header
              variant="h2"
              actions={
                <Button
                  variant="primary"
                  loading={simulate.running}
                  disabled={!ready || lines(actions).length === 0}
                >
                  Simulate
                </Button>
              }
            >
              Question
            </Header>
          }
        >
          <SpaceBetween size="m">
            <FormField label="Policies of">
              <RadioGroup
                value={source}
                onChange={({ detail }) =>
                  setSource(detail.value === "custom" ? "custom" : "principal")
                }
                items={[
                  { value: "principal", label: "A user, group or role" },
                  { value: "custom", label: "A policy that isn't saved" },
                ]}
              />
            </FormField>
            {source === "principal" ? (
              <PrincipalChoice arn={arn} onChange={setArn} />
            ) : (
              <JsonEditor label="Policy" kind="managed" value={policy} onChange={setTyped} />
            )}
            <FormField label="Actions" description="One a line.">
              <Textarea
                rows={3}
                spellcheck={false}
                value={actions}
                onChange={({ detail }) => setActions(detail.value)}
                onBlur={() => setChecked(lines(actions))}
              />
              <MisnamedHints
                actions={lines(actions).filter((action) => checked.includes(action))}
                onChoose={(written, meant) => setActions(replaced(actions, written, meant))}
              />
            </FormField>
            <FormField label="Resources" description="ARNs, one a line. Empty: any resource.">
              <Textarea
                rows={2}
                spellcheck={false}
                value={resources}
                placeholder="arn:aws:s3:::my-recordings/ivs/*"
                onChange={({ detail }) => setResources(detail.value)}
              />
            </FormField>
            <ContextFields entries={context} onChange={setContext} />
          </SpaceBetween>
        </Container>
      </EnterForm>
      {results && (
        <SimulationResults
          results={results}
          policy={source === "custom" ? policy : undefined}
          explained={explained}
          principal={asked}
        />
      )}
    </Page>
  );
}

/** The lines with another action in the place of one. */
function replaced(actions: string, written: string, meant: string): string {
  return lines(actions)
    .map((action) => (action === written ? meant : action))
    .join("\n");
}

/** The default version of the policy that another page leads here with. */
async function readGiven(iam: IAMClient, arn: string): Promise<string> {
  if (arn === "") return NEW_POLICY;
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  return readPolicyVersion(iam, arn, Policy?.DefaultVersionId ?? "v1");
}

interface Question {
  readonly ActionNames: string[];
  readonly ResourceArns?: string[];
  readonly ContextEntries?: ContextEntry[];
}

async function evaluate(
  { iam }: AwsClients,
  of: { readonly arn: string } | { readonly policy: string },
  question: Question,
): Promise<readonly EvaluationResult[]> {
  const answer =
    "arn" in of
      ? await iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: of.arn, ...question }))
      : await iam.send(
          new SimulateCustomPolicyCommand({ PolicyInputList: [of.policy], ...question }),
        );
  return answer.EvaluationResults ?? [];
}
