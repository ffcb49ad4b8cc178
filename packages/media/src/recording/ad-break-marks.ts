import { toTicks } from "../container/media-clock.ts";
import { crc32Mpeg } from "../container/mpegts/crc32.ts";
import type { DateRange } from "../hls/date-ranges.ts";
import { spliceNow } from "../hls/splice-insert.ts";
import type { RecordingMark } from "../port/recording.ts";

/** The lines by which a recording's playlists mark where a break begins and where it ends. */
export function adBreakMarks({ id, startMs, plannedMs }: DateRange): RecordingMark[] {
  const endMs = startMs + plannedMs;
  const seconds = (plannedMs / 1_000).toFixed(1);
  const range = `#EXT-X-DATERANGE:ID="${id}",START-DATE="${date(startMs)}"`;
  const eventId = crc32Mpeg(Buffer.from(id));
  const durationTicks = toTicks(plannedMs) - toTicks(0);
  const splice = (isOut: boolean): string =>
    `0x${spliceNow({ eventId, durationTicks, isOut }).toString("hex").toUpperCase()}`;
  return [
    { atMs: startMs, tag: `${range},PLANNED-DURATION=${seconds},SCTE35-OUT=${splice(true)}` },
    {
      atMs: endMs,
      tag: `${range},END-DATE="${date(endMs)}",DURATION=${seconds},SCTE35-IN=${splice(false)}`,
    },
  ];
}

function date(ms: number): string {
  return new Date(ms).toISOString();
}
