import { strict as assert } from "node:assert";
import type { RecordingBody } from "../port/recording.ts";

/** The bytes of an object that isn't kept in a file. */
export function recordedBytes(body: RecordingBody): Buffer {
  assert(!("file" in body), "without a folder for segments, no body lies in a file");
  return Buffer.concat(body);
}
