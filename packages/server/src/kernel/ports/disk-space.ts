/**
 * There is too little room on the disk for another body. The message is for callers: it says what to
 * do. Its code is that of a full disk, which it stands before.
 */
export class DiskFullError extends Error {
  override readonly name = "DiskFullError";
  readonly code = "ENOSPC";
}

/**
 * Room on the disk that holds the data folder. Bodies, of which one may be large, are refused before
 * the disk is full: what is left is for rows, records of calls, and deletions, so that somebody can
 * make room.
 */
export interface DiskSpace {
  /**
   * Whether a body may be written of which `bytes` are still to come, as far as they are known.
   * Undefined: it may. Otherwise a promise, which rejects with DiskFullError unless there is room now.
   */
  admit(bytes: number): Promise<void> | undefined;
  /** Counts what has been written since the last look at the disk. */
  wrote(bytes: number): void;
  /** The disk is full: frees what was kept for that. What has failed may be tried once more. */
  makeRoom(): Promise<void>;
}

/** A disk that nobody looks at. */
export const UNWATCHED_DISK: DiskSpace = {
  admit: () => undefined,
  wrote: () => {},
  makeRoom: async () => {},
};

/** A write has failed since there is no room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ENOSPC" || error.code === "EDQUOT";
}
