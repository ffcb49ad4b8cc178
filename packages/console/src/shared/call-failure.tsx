import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Icon from "@cloudscape-design/components/icon";
import { useSession } from "../wire/aws-context.tsx";
import { callErrorText } from "../wire/call-error.ts";
import { Refusal } from "./refusal.tsx";

/**
 * In place of what couldn't be read: AWS's own sentence, never a blank; "Why?" of a denial. A page
 * of somebody with few permissions has a denial in many places: each is a quiet line.
 */
export function CallFailure(props: {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { signOut } = useSession();
  const { isKeyRefused, authorizationId } = callErrorText(props.error);
  const retry = isKeyRefused ? signOut : props.onRetry;
  if (authorizationId !== undefined && !isKeyRefused) {
    return (
      <Box color="text-body-secondary" fontSize="body-s">
        <Icon name="lock-private" />{" "}
        <span className="cli-line">
          {props.title}. <Refusal error={props.error} />
        </span>{" "}
        {retry && (
          <Button variant="inline-link" formAction="none" onClick={retry}>
            Try again
          </Button>
        )}
      </Box>
    );
  }
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
