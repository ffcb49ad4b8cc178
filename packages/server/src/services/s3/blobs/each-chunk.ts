import { Readable } from "node:stream";
import { inBackground } from "../../../kernel/work/in-background.ts";

/** Bytes that are read once. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Calls `take` with each chunk, in order; while its promise is pending, no further one. Rejects as
 * `source` or `take` does; the rest of a stream is then thrown away. A stream isn't iterated over:
 * its iterator joins what has come, which is a copy of nearly every byte.
 */
export async function eachChunk(
  source: ByteSource,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  if (source instanceof Readable) return eachOfStream(source, take);
  for await (const chunk of source) {
    const taken = take(chunk);
    if (taken) await taken;
  }
}

function eachOfStream(
  source: Readable,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      source.off("data", onData);
      source.destroy();
      reject(error);
    };
    let pending: Promise<void> | undefined;
    const onData = (chunk: Uint8Array | string) => {
      try {
        const taken = take(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
        if (!taken) return;
        source.pause();
        pending = taken.then(() => void source.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    if (source.errored) return fail(source.errored);
    source.once("error", reject);
    // A stream ends with the reading of its last chunk, even if it is paused then.
    source.once("end", () => (pending ? inBackground(pending.then(resolve)) : resolve()));
    source.once("close", () => {
      if (!source.readableEnded) reject(new Error("The body ended before its end."));
    });
    source.on("data", onData);
  });
}
