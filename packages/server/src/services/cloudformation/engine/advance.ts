import { advanceBack, advanceBackCleanup } from "./back.ts";
import { advanceForward } from "./forward.ts";
import { advanceCleanup, advanceDelete, advanceUndo } from "./removals.ts";
import type { Advance, Run } from "./run.ts";

/** Does the next step of an operation. */
export function advanceOf(run: Run): Promise<Advance> {
  const { phase } = run.operation;
  switch (phase) {
    case "forward":
      return advanceForward(run);
    case "cleanup":
      return advanceCleanup(run);
    case "back":
      return advanceBack(run);
    case "back-cleanup":
      return advanceBackCleanup(run);
    case "undo":
      return advanceUndo(run);
    case "delete":
      return advanceDelete(run);
    default:
      return phase satisfies never;
  }
}
