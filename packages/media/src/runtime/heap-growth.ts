import { setFlagsFromString } from "node:v8";

/** Growth in percent. V8 itself goes up to 300. */
const HEAP_GROWTH = "--heap-growing-percent=200";

/**
 * For a process whose own business is media. V8 lets a small heap grow by little more than a third
 * before it looks through it. Segments hardly count towards that (`segment-memory.ts`), but
 * what is allocated for streams and recordings beside them does: the whole product would cost 5 to
 * 7 % more. The command sets it itself (`packages/cli/bin/rolecast.js`).
 */
export function letHeapGrow(): void {
  setFlagsFromString(HEAP_GROWTH);
}
