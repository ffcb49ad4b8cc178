import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { callErrorText } from "../wire/call-error.ts";
import { Sentence } from "./sentence.tsx";

/** In place of what couldn't be read: AWS's own sentence, never a blank. */
export function CallFailure(props: {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { code, sentence, requestId } = callErrorText(props.error);
  return (
    <Alert
      type="error"
      header={props.title}
      action={
        props.onRetry && (
          <Button formAction="none" onClick={props.onRetry}>
            Try again
          </Button>
        )
      }
    >
      <strong>{code}</strong>: <Sentence text={sentence} />
      {requestId !== undefined && <div>Request ID {requestId}</div>}
    </Alert>
  );
}
