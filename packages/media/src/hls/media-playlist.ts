import type { InitSection, Segment } from "../container/segment.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { type DateRange, dateRangeTag } from "./date-ranges.ts";
import { extInfTag, InitTags, programDateTimeTag } from "./playlist-tags.ts";

type PlaylistSegment = Pick<
  Segment,
  "init" | "durationMs" | "programDateTimeMs" | "discontinuity"
> & {
  readonly sequence: number;
  readonly parts: readonly SegmentPart[];
};

/** The content of a live media playlist. */
export interface MediaPlaylist {
  readonly targetDurationSeconds: number;
  /** 0 where nothing is served in parts: then it is a plain playlist. */
  readonly partTargetMs: number;
  readonly holdBackMs: number;
  readonly discontinuitySequence: number;
  /** Parts by segment; segments without parts, or with parts too old to be listed, have none. */
  readonly segments: readonly PlaylistSegment[];
  /** Ranges that the listed segments touch, and ranges that begin later. */
  readonly dateRanges: readonly DateRange[];
  /** The segment that is being written. */
  readonly next: {
    readonly sequence: number;
    readonly parts: readonly SegmentPart[];
    /** It doesn't continue the segment before it. */
    readonly seam: boolean;
  };
  readonly ended: boolean;
}

export function renderMediaPlaylist(playlist: MediaPlaylist): string {
  const { segments, next, partTargetMs, ended } = playlist;
  const inParts = partTargetMs > 0;
  const inits = new InitTags();
  const isFragmented = (segments[0] ?? next.parts[0])?.init !== undefined;
  const lines = [
    "#EXTM3U",
    `#EXT-X-VERSION:${inParts || isFragmented ? 6 : 3}`,
    `#EXT-X-TARGETDURATION:${playlist.targetDurationSeconds}`,
    ...(inParts ? lowLatencyTags(partTargetMs, playlist.holdBackMs) : []),
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.sequence ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`,
  ];
  let ranges = playlist.dateRanges;
  // A tag stands where its range begins, or at the first segment.
  const tagRangesBefore = (endMs: number): void => {
    lines.push(...ranges.filter(({ startMs }) => startMs < endMs).map(dateRangeTag));
    ranges = ranges.filter(({ startMs }) => startMs >= endMs);
  };
  for (const { sequence, init, durationMs, programDateTimeMs, discontinuity, parts } of segments) {
    lines.push(...beginning(programDateTimeMs, discontinuity), ...inits.before(init));
    tagRangesBefore(programDateTimeMs + durationMs);
    lines.push(...parts.map((part) => partTag(sequence, part)));
    lines.push(extInfTag(durationMs, "live"), segmentName(sequence, init));
  }
  const [first] = next.parts;
  if (first !== undefined && !ended) {
    lines.push(...beginning(first.programDateTimeMs, first.discontinuity || next.seam));
    lines.push(...inits.before(first.init));
    const madeMs = next.parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
    tagRangesBefore(first.programDateTimeMs + madeMs);
    lines.push(...next.parts.map((part) => partTag(next.sequence, part)));
  }
  if (ended) {
    lines.push("#EXT-X-ENDLIST");
  } else if (inParts) {
    const init = first === undefined ? segments.at(-1)?.init : first.init;
    const name = partName(next.sequence, next.parts.length, init);
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${name}"`);
    // The form of Twitch's players: segments that are asked for before they are complete.
    for (const sequence of [next.sequence, next.sequence + 1]) {
      lines.push(`#EXT-X-PREFETCH:${segmentName(sequence, init)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** A part by its ordinal in a segment. */
export interface PartPosition {
  readonly sequence: number;
  readonly part: number;
}

/** How far another rendition has come (RFC 8216bis, 4.4.5.4). */
export function renditionReportTag(uri: string, { sequence, part }: PartPosition): string {
  return `#EXT-X-RENDITION-REPORT:URI="${uri}",LAST-MSN=${sequence},LAST-PART=${part}`;
}

function lowLatencyTags(partTargetMs: number, holdBackMs: number): string[] {
  return [
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${seconds(holdBackMs)}`,
    `#EXT-X-PART-INF:PART-TARGET=${seconds(partTargetMs)}`,
  ];
}

function beginning(programDateTimeMs: number, discontinuity: boolean): string[] {
  const time = programDateTimeTag(programDateTimeMs);
  return discontinuity ? ["#EXT-X-DISCONTINUITY", time] : [time];
}

function partTag(sequence: number, { index, init, durationMs, independent }: SegmentPart): string {
  const name = partName(sequence, index, init);
  const suffix = independent ? ",INDEPENDENT=YES" : "";
  return `#EXT-X-PART:DURATION=${seconds(durationMs)},URI="${name}"${suffix}`;
}

function partName(sequence: number, part: number, init: InitSection | undefined): string {
  return `${sequence}.${part}.${extension(init)}`;
}

function segmentName(sequence: number, init: InitSection | undefined): string {
  return `${sequence}.${extension(init)}`;
}

function extension(init: InitSection | undefined): "mp4" | "ts" {
  return init === undefined ? "ts" : "mp4";
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
