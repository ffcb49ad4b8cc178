import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useAws } from "../wire/aws-context.tsx";
import { callErrorText } from "../wire/call-error.ts";
import { Refusal } from "./refusal.tsx";

/** In place of what couldn't be read: AWS's own sentence, never a blank; "Why?" of a denial. */
export function CallFailure(props: {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { signOut } = useAws();
  const { isKeyRefused } = callErrorText(props.error);
  const retry = isKeyRefused ? signOut : props.onRetry;
  return (
    <Alert
      type="error"
      header={props.title}
      action={
        retry && (
          <Button formAction="none" onClick={retry}>
            {isKeyRefused ? "Sign in again" : "Try again"}
          </Button>
        )
      }
    >
      <Refusal error={props.error} withRequestId />
    </Alert>
  );
}
