import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useCall } from "../../wire/use-call.ts";
import { RecordingActions } from "./recording-actions.tsx";
import { readRecordingDocument } from "./recording-documents.ts";
import type { RecordingEntry } from "./recording-index.ts";
import { RecordingStatus, recordingLength } from "./recording-status.tsx";
import { Thumbnail } from "./thumbnail.tsx";

const POLL_MS = 5_000;

/** One recording among others: its picture, whose it is, its length and state, its actions. */
export function RecordingCard(props: {
  readonly entry: RecordingEntry;
  readonly sourceName: string;
  readonly onRemoved: () => void;
}) {
  const { entry, sourceName, onRemoved } = props;
  const { bucket, prefix } = entry;
  const read = useCall(`document of ${bucket} ${prefix}`, (aws) =>
    readRecordingDocument(aws, bucket, prefix),
  );
  const { data: document } = read;
  return (
    <SpaceBetween size="xs">
      <Thumbnail entry={entry} />
      <Box>{sourceName}</Box>
      {read.error !== undefined && (
        <CallFailure title="Its state can't be shown" error={read.error} />
      )}
      {document ? (
        <Box>
          <RecordingStatus document={document} /> {recordingLength(document)}
        </Box>
      ) : (
        read.loading && <StatusIndicator type="loading">Reading its state</StatusIndicator>
      )}
      {document?.status === "RECORDING_STARTED" && <Poll reload={read.reload} />}
      <RecordingActions entry={entry} document={document} onRemoved={onRemoved} />
    </SpaceBetween>
  );
}

/** Looks again while the recording is written. */
function Poll({ reload }: { readonly reload: () => void }) {
  useEffect(() => {
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return null;
}
