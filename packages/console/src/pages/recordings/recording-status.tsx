import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { shownDuration } from "../../shared/shown-values.ts";
import type { RecordingDocument } from "./recording-documents.ts";

/** The state of a recording. */
export function RecordingStatus({ document }: { readonly document: RecordingDocument }) {
  switch (document.status) {
    case "RECORDING_ENDED":
      return <StatusIndicator>Complete</StatusIndicator>;
    case "RECORDING_STARTED":
      return <StatusIndicator type="in-progress">Recording</StatusIndicator>;
    default:
      return (
        <StatusIndicator type="error">
          {document.status} {document.statusMessage}
        </StatusIndicator>
      );
  }
}

/** Its length; of one that is being written nobody has written it yet. */
export function recordingLength({ durationMs }: RecordingDocument): string {
  return durationMs === undefined ? "–" : shownDuration(durationMs);
}
