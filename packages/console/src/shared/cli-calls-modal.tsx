import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useSyncExternalStore } from "react";
import { useSession } from "../wire/aws-context.tsx";
import { cliLine } from "../wire/cli-line.ts";

/** The calls of the page that is open, as lines to copy. */
export function CliCallsModal({ onClose }: { readonly onClose: () => void }) {
  const { calls } = useSession();
  const recorded = useSyncExternalStore(calls.subscribe, calls.calls);
  return (
    <Modal visible size="large" header="What this page did, as AWS CLI" onDismiss={onClose}>
      <SpaceBetween size="m">
        {recorded.length === 0 && <Box>This page called nothing yet.</Box>}
        {recorded.map((call) => {
          const line = cliLine(call, window.location.origin);
          return (
            <div key={call.id}>
              <StatusIndicator type={call.errorCode === undefined ? "success" : "error"}>
                {call.operation}
                {call.errorCode === undefined ? "" : `: ${call.errorCode}`}
              </StatusIndicator>
              <Box variant="code" display="block">
                <span className="cli-line">{line}</span>
              </Box>
              <CopyToClipboard
                copyButtonText="Copy"
                copyButtonAriaLabel={`Copy ${call.operation}`}
                copySuccessText="Copied"
                copyErrorText="The browser refused"
                textToCopy={line}
              />
            </div>
          );
        })}
      </SpaceBetween>
    </Modal>
  );
}
