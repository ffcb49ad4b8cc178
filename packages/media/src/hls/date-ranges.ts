/** A stretch of wall clock time that playlists announce. */
export interface DateRange {
  readonly id: string;
  readonly startMs: number;
  readonly plannedMs: number;
  /** A splice_info_section. */
  readonly scte35Out: Buffer;
}

/** More than a playlist can list: each begins at a segment of its own. */
const RANGES_MAX = 100;
/** Ranges of one class have the same attributes and meaning (RFC 8216, 4.3.2.7). */
const CLASS = "urn:scte:scte35:2013:bin";

/** The date ranges of a channel's running broadcast: the same in every rendition. */
export class DateRanges {
  #ranges: DateRange[] = [];

  /** Before the segment is listed that the range begins with. */
  add(range: DateRange): void {
    this.#ranges = [...this.#ranges, range].slice(-RANGES_MAX);
  }

  clear(): void {
    this.#ranges = [];
  }

  /** The ranges that go on after a time. */
  after(wallMs: number): readonly DateRange[] {
    return this.#ranges.filter(({ startMs, plannedMs }) => startMs + plannedMs > wallMs);
  }
}

export function dateRangeTag({ id, startMs, plannedMs, scte35Out }: DateRange): string {
  const attributes = [
    `ID="${id}"`,
    `CLASS="${CLASS}"`,
    `START-DATE="${new Date(startMs).toISOString()}"`,
    `PLANNED-DURATION=${(plannedMs / 1_000).toFixed(3)}`,
    `SCTE35-OUT=0x${scte35Out.toString("hex").toUpperCase()}`,
  ];
  return `#EXT-X-DATERANGE:${attributes.join(",")}`;
}
