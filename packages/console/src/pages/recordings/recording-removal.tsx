import type { Removal } from "../../shared/remove-items.tsx";
import { shownDate } from "../../shared/shown-values.ts";
import { clientsOfBucket } from "../../wire/in-bucket-region.tsx";
import { deleteKeys, keysBelow } from "../s3/deletion/delete-keys.ts";
import type { RecordingEntry } from "./recording-index.ts";

/** The name of its file: recordings have none of their own. */
export function recordingName({ startedAt, id }: RecordingEntry): string {
  return `recording-${startedAt.toISOString().slice(0, 16).replace(":", "-")}-${id}`;
}

/** A recording is deleted with everything below its prefix. */
export const RECORDING_REMOVAL: Removal<RecordingEntry> = {
  one: "recording",
  nameOf: ({ startedAt }) => `of ${shownDate(startedAt)}`,
  consequences:
    "Its films, thumbnails and JSON go. Where the bucket keeps versions, delete markers hide them.",
  remove: async (aws, { bucket, prefix }, run) => {
    const { s3 } = await clientsOfBucket(aws, bucket);
    await deleteKeys(s3, bucket, keysBelow(s3, bucket, prefix), run, false);
  },
};
