import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Decision } from "./decision.ts";

export function DecisionEffect({ effect }: { readonly effect: Decision["effect"] }) {
  switch (effect) {
    case "ALLOW":
      return <StatusIndicator>Allowed</StatusIndicator>;
    case "EXPLICIT_DENY":
      return <StatusIndicator type="error">Denied by a statement</StatusIndicator>;
    default:
      return <StatusIndicator type="error">Denied, nothing allows it</StatusIndicator>;
  }
}
