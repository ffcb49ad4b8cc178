import type { KeptRecordings, RecordingObject } from "@rolecast/media";
import { FileBody } from "../files/file-body.ts";
import type { ObjectBody } from "./bucket-writer.ts";

/**
 * Gives the bytes of an engine's object. An engine, which reads what strangers send, names a file
 * alone: its folder is ours.
 */
export function bodyOf(
  { streamId, body }: RecordingObject,
  kept: Pick<KeptRecordings, "pathOf">,
): ObjectBody {
  if (!("file" in body)) return body;
  return new FileBody(kept.pathOf(streamId, body.file), body.length, body.crc32);
}
