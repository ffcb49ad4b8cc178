import { callErrorText } from "../wire/call-error.ts";
import { Sentence } from "./sentence.tsx";
import { Why } from "./why.tsx";

/** A failed call in the words of who refused it; a denial with "Why?". */
export function Refusal(props: {
  readonly error: unknown;
  /** On a dark ground, as in notices. */
  readonly inverted?: boolean;
  readonly withRequestId?: boolean;
}) {
  const { error, inverted = false, withRequestId = false } = props;
  const { code, sentence, requestId, authorizationId } = callErrorText(error);
  return (
    <>
      <strong>{code}</strong>: <Sentence text={sentence} inverted={inverted} />{" "}
      {authorizationId !== undefined && <Why id={authorizationId} inverted={inverted} />}
      {withRequestId && requestId !== undefined && <div>Request ID {requestId}</div>}
    </>
  );
}
