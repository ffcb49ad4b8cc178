import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { placeOf } from "../routing/hash-route.ts";
import { authorizationDetails, proposalsOf, reasonsOf } from "../wire/authorization-details.ts";
import { callErrorText } from "../wire/call-error.ts";
import { useCall } from "../wire/use-call.ts";
import { CodedText } from "./coded-text.tsx";
import { commandLine } from "./command-line.ts";
import { Proposal } from "./proposal.tsx";

interface WhyProps {
  /** The denial's authorization id. */
  readonly id: string;
  /** On a dark ground, as in notices. */
  readonly inverted?: boolean;
}

/**
 * "Why?" beside a denial: explains it in its place, so that a form keeps what was typed. As a link
 * it leads to the whole decision, in another tab too.
 */
export function Why({ id, inverted = false }: WhyProps) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Link
        variant="primary"
        color={inverted ? "inverted" : "normal"}
        href={decisionPlace(id)}
        onFollow={(event) => {
          if (asked) return;
          event.preventDefault();
          setAsked(true);
        }}
      >
        {asked ? "The whole decision" : "Why?"}
      </Link>
      <div aria-live="polite">{asked && <Reasons id={id} inverted={inverted} />}</div>
    </>
  );
}

/** "Why?" where there is no room for the answer, as in a row: a link to the decision. */
export function WhyLink({ id }: { readonly id: string }) {
  return (
    <Link variant="primary" href={decisionPlace(id)}>
      Why?
    </Link>
  );
}

function decisionPlace(id: string): string {
  return placeOf("/authorization-details/:id", { id });
}

function Reasons({ id, inverted }: { readonly id: string; readonly inverted: boolean }) {
  const details = useCall(`why ${id}`, (aws) => authorizationDetails(aws, id));
  if (details.error !== undefined) {
    const { code, sentence } = callErrorText(details.error);
    return (
      <Box color="inherit">
        Your key can't read the reasons ({code}: {sentence}) A key that may does so with{" "}
        <code>{commandLine("explain", id)}</code>.
      </Box>
    );
  }
  if (details.data === undefined) {
    return (
      <StatusIndicator type="loading" colorOverride="grey">
        Looking it up
      </StatusIndicator>
    );
  }
  const { evaluations } = details.data;
  return (
    <>
      <Sentences of={evaluations.flatMap(reasonsOf)} />
      {proposalsOf(evaluations).map(({ text, sentence }) => (
        <Proposal key={text} text={text} sentence={sentence} copies={!inverted} />
      ))}
    </>
  );
}

/** Sentences of an explanation, in which code is between backquotes. */
export function Sentences(props: { readonly of: readonly string[] }) {
  return (
    <ul>
      {props.of.map((sentence) => (
        <li key={sentence}>
          <CodedText>{sentence}</CodedText>
        </li>
      ))}
    </ul>
  );
}
