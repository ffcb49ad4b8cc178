import { writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";

/**
 * Resolves when the operating system has `text`, of one byte a character, at `position`. `inPlace`:
 * the serving thread writes itself, without two changes of threads, which take longer than the
 * write; for callers that work on files of the same folder anyway. Rejects after a partial write.
 */
export async function writeAt(
  handle: FileHandle,
  text: string,
  position: number,
  inPlace: boolean,
): Promise<void> {
  const written = inPlace
    ? writeSync(handle.fd, text, position, "latin1")
    : (await handle.write(text, position, "latin1")).bytesWritten;
  if (written !== text.length) throw new Error("A file was written in part only.");
}
