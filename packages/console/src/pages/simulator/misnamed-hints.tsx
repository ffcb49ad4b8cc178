import { POLICY_WORDS } from "virtual:policy-words";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { misnamedActions } from "./misnamed-actions.ts";

/** Says which actions don't exist, with the real ones that may have been meant. */
export function MisnamedHints(props: {
  readonly actions: readonly string[];
  /** Writes a real action in the wrong one's place. */
  readonly onChoose: (written: string, meant: string) => void;
}) {
  const { actions, onChoose } = props;
  return (
    <div aria-live="polite">
      {misnamedActions(actions, POLICY_WORDS.actions).map(({ written, meant }) => (
        <Box key={written}>
          <StatusIndicator type="warning">{written} doesn't exist.</StatusIndicator>
          {meant.length > 0 && " Did you mean "}
          {meant.map((action, index) => (
            <span key={action}>
              {index > 0 && (index === meant.length - 1 ? " or " : ", ")}
              <Button
                variant="inline-link"
                formAction="none"
                onClick={() => onChoose(written, action)}
              >
                {action}
              </Button>
            </span>
          ))}
          {meant.length > 0 && "?"}
        </Box>
      ))}
    </div>
  );
}
