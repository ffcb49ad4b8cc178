import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { CodedText } from "../../shared/coded-text.tsx";
import { Proposal } from "../../shared/proposal.tsx";
import type { Obstacle } from "../../wire/authorization-details.ts";
import { type TriedPart, TryChange } from "./try-change.tsx";

/**
 * The statements that deny a request or nearly allow it. One of them can be edited, and the same
 * request decided again with it. A new statement is proposed only if nothing comes near and nothing
 * denies: it may allow what an old one was written to exclude.
 */
export function Reasons(props: {
  /** The authorization id. */
  readonly id: string;
  readonly action: string;
  readonly resource: string;
  readonly obstacles: readonly Obstacle[];
}) {
  const { id, action, resource, obstacles } = props;
  const [tried, setTried] = useState<TriedPart>();
  const parts = obstacles.flatMap(partsOf);
  return (
    <SpaceBetween size="m">
      <ul>
        {parts.map(({ sentence, text, tryable }) => (
          <li key={sentence}>
            {text === undefined ? (
              <CodedText>{sentence}</CodedText>
            ) : (
              <Proposal sentence={sentence} text={text} />
            )}{" "}
            {tryable && (
              <Button variant="inline-link" formAction="none" onClick={() => setTried(tryable)}>
                {tryable.uri === undefined ? "Try this statement" : "Try a change"}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {tried && (
        <TryChange
          key={`${tried.uri} ${tried.index} ${tried.type}`}
          id={id}
          action={action}
          resource={resource}
          part={tried}
        />
      )}
    </SpaceBetween>
  );
}

interface Part {
  readonly sentence: string;
  /** The statement, if one is proposed. */
  readonly text?: string;
  readonly tryable: TriedPart | undefined;
}

/** Policies of an organization and of endpoints are edited where they come from. */
const EDITED_ELSEWHERE = new Set(["RESOURCE_CONTROL_POLICY", "VPC_ENDPOINT_POLICY"]);

function partsOf({ type, statements, sentence, proposal }: Obstacle): readonly Part[] {
  const isEdited = !EDITED_ELSEWHERE.has(type);
  return [
    ...statements.map(({ sentence: own, uri, index }) => ({
      sentence: own,
      tryable: isEdited ? { type, uri, index, document: undefined } : undefined,
    })),
    ...(sentence === undefined ? [] : [{ sentence, tryable: undefined }]),
    ...(proposal === undefined
      ? []
      : [
          {
            sentence: proposal.sentence,
            text: proposal.text,
            tryable: isEdited
              ? { type, uri: undefined, index: 0, document: proposal.document }
              : undefined,
          },
        ]),
  ];
}
