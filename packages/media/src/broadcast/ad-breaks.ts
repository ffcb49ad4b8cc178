import { toTicks } from "../container/media-clock.ts";
import { crc32Mpeg } from "../container/mpegts/crc32.ts";
import type { DateRange } from "../hls/date-ranges.ts";
import { spliceInsert } from "../hls/splice-insert.ts";
import type { StreamEventBody } from "../port/events.ts";
import type { Cut } from "../segmenter/cutter.ts";

interface AdBreak {
  readonly id: string;
  readonly durationMs: number;
  /** Media time; undefined until its first segment begins. */
  readonly startMs: number | undefined;
}

/** The breaks of one broadcast. Each begins with a segment, so that it can be replaced. */
export class AdBreaks {
  readonly #onBegin: (range: DateRange) => void;
  readonly #publish: (event: StreamEventBody) => void;
  #latest: AdBreak | undefined;

  /** `onBegin` is called before anything of the break's first segment is given away. */
  constructor(onBegin: (range: DateRange) => void, publish: (event: StreamEventBody) => void) {
    this.#onBegin = onBegin;
    this.#publish = publish;
  }

  /** With the segment that begins next. False while another one isn't over at this media time. */
  insert(id: string, durationMs: number, mediaMs: number): boolean {
    const latest = this.#latest;
    const latestEndMs = latest && (latest.startMs ?? mediaMs) + latest.durationMs;
    if (latestEndMs !== undefined && latestEndMs > mediaMs) {
      return false;
    }
    this.#latest = { id, durationMs, startMs: undefined };
    return true;
  }

  /** A segment begins. */
  cut({ timeMs, shownMs, programDateTimeMs }: Cut): void {
    const pending = this.#latest;
    if (pending === undefined || pending.startMs !== undefined) {
      return;
    }
    const { id, durationMs } = pending;
    this.#latest = { ...pending, startMs: timeMs };
    const scte35Out = spliceInsert({
      eventId: crc32Mpeg(Buffer.from(id)),
      ptsTicks: toTicks(shownMs),
      durationTicks: toTicks(durationMs) - toTicks(0),
    });
    this.#onBegin({ id, startMs: programDateTimeMs, plannedMs: durationMs, scte35Out });
    this.#publish({ type: "ad-break", id, startMs: programDateTimeMs, durationMs });
  }
}
