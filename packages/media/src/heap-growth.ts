import { setFlagsFromString } from "node:v8";

/** In percent. V8 itself goes up to 300. */
const HEAP_GROWTH = "--heap-growing-percent=200";

/**
 * For a process whose own business is media. V8 counts the bytes of buffers towards the growth after which it looks through
 * its heap, and lets a small heap grow by little more than a third: media in memory would have it looked through several
 * times a second, which costs more than all else that is done for a recording.
 */
export function letHeapGrow(): void {
  setFlagsFromString(HEAP_GROWTH);
}
