/** Ticks per second, and per millisecond, of the clock that segments' timestamps count in. */
export const TICKS_PER_SECOND = 90_000;
export const TICKS_PER_MS = 90;

/**
 * Media time 0 lies here, so that clocks and early presentation times are not negative. As ffmpeg's
 * muxer.
 */
const ORIGIN_TICKS = 126_000;

/** Timestamp in the media, in ticks of 90 kHz, of a media time. */
export function toTicks(timeMs: number): number {
  return ORIGIN_TICKS + timeMs * TICKS_PER_MS;
}
