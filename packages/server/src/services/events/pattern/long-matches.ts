/**
 * Bytes of an event times characters of a pattern, each of which may have to be held against each:
 * below this an event and a pattern that are made for it take some 20 ms, addresses 40.
 */
const PRODUCT_MAX = 40_000_000;

/** Whether an event of such a length is held against such a pattern in a thread. */
export function takesLong(eventBytes: number, patternLength: number): boolean {
  return eventBytes * patternLength > PRODUCT_MAX;
}

/** A thread for what takes long. */
export interface LongMatches {
  /** Whether an event, as JSON, matches. Rejects with ThrottlingException where many wait. */
  matches(pattern: string, event: string, account: string): Promise<boolean>;
}
