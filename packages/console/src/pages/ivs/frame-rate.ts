/** The pictures that a player has shown by a time. */
export interface FrameCount {
  readonly frames: number;
  readonly atMs: number;
  readonly isPlaying: boolean;
}

/**
 * Pictures per second between two looks. Undefined unless it played at both: a stretch in which it
 * began, or stood still, is no rate of the stream.
 */
export function frameRate(before: FrameCount | undefined, now: FrameCount): number | undefined {
  if (!before?.isPlaying || !now.isPlaying || now.frames <= before.frames) return undefined;
  return ((now.frames - before.frames) * 1_000) / (now.atMs - before.atMs);
}
