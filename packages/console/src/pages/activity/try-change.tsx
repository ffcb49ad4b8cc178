import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { JsonEditor, type PolicyKind } from "../../shared/json-editor.tsx";
import { Refusal } from "../../shared/refusal.tsx";
import { Sentences } from "../../shared/why.tsx";
import {
  authorizationDetails,
  decidingPolicy,
  sentencesOf,
} from "../../wire/authorization-details.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { type TriedDecision, tryPolicyChange } from "../../wire/try-policy-change.ts";
import { useCall } from "../../wire/use-call.ts";
import { DecisionEffect } from "./decision-effect.tsx";
import { onlyStatement, withStatement } from "./edited-statement.ts";
import type { TriedPolicy } from "./policy-place.ts";
import { SaveChange } from "./save-change.tsx";

/** The statement to edit: one of a policy that had a say, or a proposed one. */
export interface TriedPart {
  /** AWS's name of the policies' type. */
  readonly type: string;
  readonly uri: string | undefined;
  readonly index: number;
  readonly document: string | undefined;
}

interface TryProps {
  /** The authorization id. */
  readonly id: string;
  readonly action: string;
  readonly resource: string;
  readonly part: TriedPart;
}

/** Edits one statement in its place, and decides the same request again, before it is saved. */
export function TryChange(props: TryProps) {
  const { id, part, resource } = props;
  const policy = useCall(`policy ${id} ${part.uri}`, (aws) => readTried(aws, id, part, resource));
  if (policy.data === undefined) return <CallState what="policy" call={policy} />;
  return <Editor {...props} {...policy.data} />;
}

interface TriedText {
  readonly tried: TriedPolicy;
  /** The whole policy, of which one statement is edited. */
  readonly policy: string;
}

async function readTried(
  aws: AwsClients,
  id: string,
  { type, uri, document = "" }: TriedPart,
  resource: string,
): Promise<TriedText> {
  const [{ requestContext, policies }, policy] = await Promise.all([
    authorizationDetails(aws, id),
    uri === undefined ? document : decidingPolicy(aws, id, uri),
  ]);
  const attachedTo = policies.find((each) => each.uri === uri)?.attachedTo?.arn;
  const principal = requestContext.principal ?? "";
  return { tried: { type, uri, attachedTo, principal, resource }, policy };
}

function Editor(props: TryProps & TriedText) {
  const { id, action, resource, part, policy, tried } = props;
  const aws = useAws();
  const [text, setText] = useState(() => onlyStatement(policy, part.index));
  const [running, setRunning] = useState(false);
  const [answer, setAnswer] = useState<Tried>();
  const [error, setError] = useState<unknown>();
  const run = async () => {
    setRunning(true);
    setError(undefined);
    setAnswer(undefined);
    try {
      const edited = withStatement(policy, part.index, text);
      const { uri, type } = part;
      const changed = uri === undefined ? { PolicyType: type } : { PolicyUri: uri };
      const decision = await tryPolicyChange(aws, id, { ...changed, PolicyDocument: edited });
      setAnswer({ decision, edited });
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(false);
    }
  };
  return (
    <SpaceBetween size="s">
      <JsonEditor
        label="Statement to try"
        kind={kindOf(part.type, action)}
        value={text}
        onChange={(typed) => {
          setText(typed);
          setAnswer(undefined);
        }}
        {...bucketOf(resource)}
      />
      <Button
        formAction="none"
        loading={running}
        onClick={() => inBackground("Nothing was decided", run())}
      >
        Decide again
      </Button>
      <div aria-live="polite">
        {error !== undefined && (
          <Alert type="error" header="Nothing was decided">
            <Refusal error={error} />
          </Alert>
        )}
        {answer && <Answer tried={answer.decision} />}
        {answer?.decision.evaluatedEffect === "ALLOW" && (
          <SaveChange
            tried={tried}
            before={part.uri === undefined ? undefined : policy}
            edited={answer.edited}
            name={`Allow${action.slice(action.indexOf(":") + 1)}`}
          />
        )}
      </div>
    </SpaceBetween>
  );
}

interface Tried {
  readonly decision: TriedDecision;
  /** The whole policy that it was decided with. */
  readonly edited: string;
}

function Answer({ tried }: { readonly tried: TriedDecision }) {
  const { evaluatedEffect, obstacles, droppedConditions, newlyAllowed, nothingElse } = tried;
  return (
    <SpaceBetween size="s">
      <DecisionEffect effect={evaluatedEffect} />
      {droppedConditions.length > 0 && (
        <Alert type="warning" header="The edit leaves conditions out">
          {droppedConditions.join(", ")}. Without them the statement allows more than this request.
        </Alert>
      )}
      {evaluatedEffect !== "ALLOW" && <Sentences of={sentencesOf(obstacles)} />}
      {newlyAllowed.length > 0 && (
        <div>
          It would newly allow{nothingElse ? " nothing but this" : ", among others"}:
          <Sentences of={newlyAllowed.map((pair) => `\`${pair}\``)} />
        </div>
      )}
    </SpaceBetween>
  );
}

function kindOf(type: string, action: string): PolicyKind {
  switch (type) {
    case "ROLE_TRUST_POLICY":
      return "trust";
    case "RESOURCE_BASED_POLICY":
      return action.startsWith("kms:") ? "key" : "bucket";
    case "SESSION_POLICY":
      return "session";
    default:
      return "managed";
  }
}

function bucketOf(resource: string): { readonly bucketName?: string } {
  const name = /^arn:[^:]*:s3:::([^/]+)/.exec(resource)?.[1];
  return name === undefined ? {} : { bucketName: name };
}
