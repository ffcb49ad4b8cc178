import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** The child's next message; rejects when it ends instead. */
export async function answerOf(child: ChildProcess): Promise<string> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([answer]) => String(answer)),
      once(child, "exit", { signal }).then(([code]) => {
        throw new Error(`a node ended with ${code}`);
      }),
    ]);
  } finally {
    waiting.abort();
  }
}
