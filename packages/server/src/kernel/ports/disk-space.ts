/**
 * There is too little room on the disk for another body. The message is for callers and says what
 * to do. The code is a full disk's, although the disk isn't full yet.
 */
export class DiskFullError extends Error {
  override readonly name = "DiskFullError";
  readonly code = "ENOSPC";
}

/**
 * Room on the disk that holds the data folder. Bodies may be large and are refused before the disk
 * is full: the rest is for rows, records of calls, and deletions, so that room can still be made.
 */
export interface DiskSpace {
  /**
   * Whether a body may be written of which `bytes` are still to come, if that is known. Undefined
   * means yes; a promise rejects with DiskFullError unless there is room after all.
   */
  admit(bytes: number): Promise<void> | undefined;
  /** Counts what has been written since the last look at the disk. */
  wrote(bytes: number): void;
  /** Frees the reserve that is kept for a full disk. The failed write may be tried once more. */
  makeRoom(): Promise<void>;
}

/** A disk without limits. */
export const UNWATCHED_DISK: DiskSpace = {
  admit: () => undefined,
  wrote: () => {},
  makeRoom: async () => {},
};

/** Whether a write failed for lack of room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ENOSPC" || error.code === "EDQUOT";
}
