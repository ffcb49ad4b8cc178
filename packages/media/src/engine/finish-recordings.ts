import type { Broadcast } from "../broadcast/broadcast.ts";
import type { PublicationRecordings } from "./publication-recordings.ts";

/**
 * Resolves when all recordings are written. A host that never answers must not keep the process:
 * what is left after `patienceMs` is reported as interrupted, and is the next process's to finish.
 */
export async function finishRecordings(
  broadcasts: () => readonly Broadcast[],
  publications: PublicationRecordings,
  patienceMs: number,
): Promise<void> {
  const finished = Promise.all([
    ...broadcasts().map((broadcast) => broadcast.ending.recorded),
    publications.finish(),
  ]);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([finished, deadline]);
  clearTimeout(timer);
  for (const broadcast of broadcasts()) {
    broadcast.abandon();
  }
  publications.abandon();
}
