import type { WorkerProcess } from "./worker-process.ts";

/** A worker that dies while it is asked has nothing. */
export async function answerOf<Answer, None>(
  worker: WorkerProcess,
  asked: Promise<Answer>,
  none: None,
): Promise<Answer | None> {
  try {
    return await asked;
  } catch (error) {
    if (!worker.isGone) {
      throw error;
    }
    return none;
  }
}
