import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";
import { ownValue } from "../../shared/own-value.ts";

const LOOKS: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  Enabled: "success",
  Disabled: "stopped",
  PendingDeletion: "warning",
  PendingImport: "pending",
};
const WORDS: Readonly<Record<string, string>> = {
  PendingDeletion: "Pending deletion",
  PendingReplicaDeletion: "Pending replica deletion",
  PendingImport: "Pending import",
};

/** A key's state; unknown to somebody who may not describe the key. */
export function KeyState({ state }: { readonly state: string | undefined }) {
  if (state === undefined) return "Not shown to you";
  return (
    <StatusIndicator type={ownValue(LOOKS, state) ?? "info"}>
      {ownValue(WORDS, state) ?? state}
    </StatusIndicator>
  );
}
