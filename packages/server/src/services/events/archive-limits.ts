import { isoSeconds } from "../../kernel/clock.ts";

/** An archive holds no more; AWS's has no limit but what it costs. */
export const ARCHIVE_BYTES_MAX = 256 * 1024 ** 2;
/** Nor do all archives of all accounts. */
export const ARCHIVES_BYTES_MAX = 2 * 1024 ** 3;

/** The reason of an archive's state while there is no room for what comes. */
export function archiveFullReason(sinceMs: number): string {
  const since = isoSeconds(sinceMs);
  return `Full since ${since}, it leaves out what comes. Shorten its retention, or make another.`;
}
