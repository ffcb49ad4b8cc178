import { TICKS_PER_MS } from "../container/mpegts/transport-stream.ts";

/** Media time 0 lies here, so that clocks and early presentation times are not negative. As ffmpeg's muxer. */
const ORIGIN_TICKS = 126_000;

/** Timestamp in the media, in ticks of 90 kHz, of a media time. */
export function toTicks(timeMs: number): number {
  return ORIGIN_TICKS + timeMs * TICKS_PER_MS;
}
