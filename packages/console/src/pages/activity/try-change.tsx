import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { JsonEditor, type PolicyKind } from "../../shared/json-editor.tsx";
import { Refusal } from "../../shared/refusal.tsx";
import { Sentences } from "../../shared/why.tsx";
import { decidingPolicy, sentencesOf } from "../../wire/authorization-details.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { type TriedDecision, tryPolicyChange } from "../../wire/try-policy-change.ts";
import { useCall } from "../../wire/use-call.ts";
import { DecisionEffect } from "./decision-effect.tsx";
import { onlyStatement, withStatement } from "./edited-statement.ts";

/** The statement to edit: one of a policy that had a say, or a proposed one. */
export interface TriedPart {
  /** AWS's name of the policies' type. */
  readonly type: string;
  readonly uri: string | undefined;
  readonly index: number;
  readonly document: string | undefined;
}

/** Edits one statement in its place, and decides the same request again. Nothing is saved. */
export function TryChange(props: {
  readonly id: string;
  readonly action: string;
  readonly resource: string;
  readonly part: TriedPart;
}) {
  const { id, part } = props;
  const { uri, document } = part;
  const policy = useCall(`policy ${id} ${uri}`, async (aws) =>
    uri === undefined ? (document ?? "") : decidingPolicy(aws, id, uri),
  );
  if (policy.data === undefined) return <CallState what="policy" call={policy} />;
  return <Editor {...props} policy={policy.data} />;
}

function Editor(props: {
  readonly id: string;
  readonly action: string;
  readonly resource: string;
  readonly part: TriedPart;
  /** The whole policy, of which one statement is edited. */
  readonly policy: string;
}) {
  const { id, action, resource, part, policy } = props;
  const aws = useAws();
  const [text, setText] = useState(() => onlyStatement(policy, part.index));
  const [running, setRunning] = useState(false);
  const [tried, setTried] = useState<TriedDecision>();
  const [error, setError] = useState<unknown>();
  const run = async () => {
    setRunning(true);
    setError(undefined);
    setTried(undefined);
    try {
      const edited = withStatement(policy, part.index, text);
      const { uri, type } = part;
      const changed = uri === undefined ? { PolicyType: type } : { PolicyUri: uri };
      setTried(await tryPolicyChange(aws, id, { ...changed, PolicyDocument: edited }));
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
        onChange={setText}
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
        {tried && <Answer tried={tried} />}
      </div>
    </SpaceBetween>
  );
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
      {evaluatedEffect === "ALLOW" && <div>Nothing was saved.</div>}
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
