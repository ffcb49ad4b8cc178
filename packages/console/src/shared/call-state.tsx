import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Call } from "../wire/use-call.ts";
import { CallFailure } from "./call-failure.tsx";

/** Until a page has what it is about: that it comes, or why it doesn't. */
export function CallState(props: { readonly what: string; readonly call: Call<unknown> }) {
  const { what, call } = props;
  if (call.error !== undefined) {
    return (
      <CallFailure title={`The ${what} can't be shown`} error={call.error} onRetry={call.reload} />
    );
  }
  return call.data === undefined ? (
    <StatusIndicator type="loading">Loading the {what}</StatusIndicator>
  ) : null;
}
