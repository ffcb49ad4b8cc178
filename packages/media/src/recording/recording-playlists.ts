import { strict as assert } from "node:assert";
import { PeakBitrate } from "../hls/peak-bitrate.ts";
import {
  extInfTag,
  InitTags,
  programDateTimeTag,
  streamInfTag,
  targetDurationSeconds,
  variantTags,
} from "../hls/playlist-tags.ts";
import type { RecordingFileRow, RecordingMedia, RecordingRendition } from "../port/recording.ts";

export interface RecordingPlaylist {
  /** Relative to the recording's prefix. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** Playlists have the type that players knew before RFC 8216 named another. */
export const RECORDING_CONTENT_TYPE = {
  playlist: "application/x-mpegURL",
  segment: "video/MP2T",
  fragmented: "video/mp4",
} as const;

/**
 * All playlists of a recording from its stored rows, in the order to write them: what a playlist
 * refers to comes before it. Pure, so that the engine while recording and the host after a crash
 * make the same files. Rows of a rendition may come in any order; a hole in their indexes is a lost
 * file.
 */
export function renderRecordingPlaylists(
  rows: readonly RecordingFileRow[],
  media: RecordingMedia,
): RecordingPlaylist[] {
  const playlists = new RecordingPlaylists(media);
  for (const row of rows.toSorted((a, b) => a.index - b.index)) {
    playlists.add(row);
  }
  playlists.end();
  return [
    ...media.renditions.flatMap(({ path }) => playlists.of(path)),
    ...playlists.multivariant(),
  ];
}

/**
 * The playlists of a recording that grows: a file costs its own lines, not those of all files
 * before it. Without a rendition there is no playlist. Playlists of a recording in progress are of
 * type EVENT, and those of channels already have an ENDLIST, so that players play what there is and
 * stop.
 */
export class RecordingPlaylists {
  readonly #media: RecordingMedia;
  readonly #renditions: ReadonlyMap<string, RenditionPlaylists>;

  constructor(media: RecordingMedia) {
    this.#media = media;
    this.#renditions = new Map(
      media.renditions.map((rendition) => [
        rendition.path,
        new RenditionPlaylists(rendition, media),
      ]),
    );
  }

  /** A written file; those of one rendition in order. */
  add(row: RecordingFileRow): void {
    this.#renditions.get(row.rendition)?.add(row);
  }

  /** The recording is over: the playlists are final. */
  end(): void {
    for (const rendition of this.#renditions.values()) {
      rendition.isOver = true;
    }
  }

  /** The media playlists of one rendition. */
  of(rendition: string): RecordingPlaylist[] {
    const one = this.#one(rendition);
    const { path, playlist, byteRangePlaylist } = one.rendition;
    return [
      this.#playlist(`${path}/${playlist}`, one.variant()),
      ...(byteRangePlaylist === undefined
        ? []
        : [this.#playlist(`${path}/${byteRangePlaylist}`, one.byteRange())]),
    ];
  }

  multivariant(): RecordingPlaylist[] {
    const renditions = [...this.#renditions.values()];
    if (renditions.length === 0) {
      return [];
    }
    const { byteRangePlaylist, playlist } = this.#media;
    const text = (version: number, of: "playlist" | "byteRangePlaylist"): string =>
      lines([
        "#EXTM3U",
        `#EXT-X-VERSION:${version}`,
        ...renditions.flatMap((one) => one.entry(`${one.rendition.path}/${one.rendition[of]}`)),
      ]);
    return [
      ...(byteRangePlaylist === undefined
        ? []
        : [this.#playlist(byteRangePlaylist, text(4, "byteRangePlaylist"))]),
      this.#playlist(playlist, text(3, "playlist")),
    ];
  }

  #one(rendition: string): RenditionPlaylists {
    const playlists = this.#renditions.get(rendition);
    assert(playlists, `${rendition} is a rendition of this recording`);
    return playlists;
  }

  #playlist(path: string, body: string): RecordingPlaylist {
    return {
      path: `${this.#media.hlsPath}/${path}`,
      contentType: RECORDING_CONTENT_TYPE.playlist,
      body,
    };
  }
}

/** The text of one rendition's entries, and what the lines above them say. */
class RenditionPlaylists {
  readonly rendition: RecordingRendition;
  isOver = false;
  readonly #firstNumber: number;
  readonly #finalType: RecordingMedia["finalType"];
  #entries = "";
  readonly #inits = new InitTags();
  readonly #byteRangeInits = new InitTags();
  #isFragmented = false;
  #byteRangeEntries = "";
  #longestMs = 0;
  #longestRangeMs = 0;
  #totalMs = 0;
  #writtenMs = 0;
  readonly #peak = new PeakBitrate();

  constructor(
    rendition: RecordingRendition,
    { firstNumber = 0, finalType }: Pick<RecordingMedia, "firstNumber" | "finalType">,
  ) {
    this.rendition = rendition;
    this.#firstNumber = firstNumber;
    this.#finalType = finalType;
  }

  add(row: RecordingFileRow): void {
    const init = row.init === undefined ? undefined : { name: row.init };
    this.#isFragmented ||= init !== undefined;
    const name = recordingFileName(row, this.#firstNumber);
    this.#entries += lines(fileLines(row, name, this.#inits.before(init)));
    this.#byteRangeEntries += lines(byteRangeLines(row, name, this.#byteRangeInits.before(init)));
    this.#longestMs = Math.max(this.#longestMs, row.durationMs);
    for (const { durationMs } of row.byteRanges) {
      this.#longestRangeMs = Math.max(this.#longestRangeMs, durationMs);
    }
    this.#totalMs += row.durationMs;
    this.#writtenMs = row.programDateTimeMs + row.durationMs;
    this.#peak.add({ bytes: row.length, durationMs: row.durationMs });
  }

  variant(): string {
    return `${this.#head(3, this.#longestMs)}${this.#entries}${this.#tail()}`;
  }

  /** One entry per keyframe interval (RFC 8216, section 4.3.2.2: protocol version 4). */
  byteRange(): string {
    return `${this.#head(4, this.#longestRangeMs)}${this.#byteRangeEntries}${this.#tail()}`;
  }

  entry(uri: string): string[] {
    const { path, width, height, frameRate, codecs } = this.rendition;
    const picture = height > 0 ? { width, height, frameRate } : undefined;
    const bandwidth = this.#peak.bitsPerSecond;
    if (this.#finalType !== undefined) {
      return [streamInfTag({ bandwidth, codecs, picture }), uri];
    }
    return variantTags({ groupId: path, name: path, uri, bandwidth, codecs, picture });
  }

  #tail(): string {
    return this.#finalType === undefined || this.isOver ? "#EXT-X-ENDLIST\n" : "";
  }

  /** Applications read EXT-X-TWITCH-TOTAL-SECS as the recording's length so far. */
  #head(version: number, longestMs: number): string {
    const common = [
      "#EXTM3U",
      `#EXT-X-VERSION:${this.#isFragmented ? 6 : version}`,
      `#EXT-X-TARGETDURATION:${targetDurationSeconds([longestMs])}`,
    ];
    if (this.#finalType !== undefined) {
      const type = this.isOver ? this.#finalType : "EVENT";
      return lines([...common, `#EXT-X-PLAYLIST-TYPE:${type}`, "#EXT-X-MEDIA-SEQUENCE:0"]);
    }
    return lines([
      ...common,
      `#ID3-EQUIV-TDTG:${new Date(this.#writtenMs).toISOString().slice(0, 19)}`,
      "#EXT-X-PLAYLIST-TYPE:EVENT",
      "#EXT-X-MEDIA-SEQUENCE:0",
      "#EXT-X-TWITCH-ELAPSED-SECS:0.000",
      `#EXT-X-TWITCH-TOTAL-SECS:${(this.#totalMs / 1_000).toFixed(3)}`,
    ]);
  }
}

/** Name of a rendition's file. */
export function recordingFileName({ index, init }: RecordingFileRow, firstNumber = 0): string {
  return `${firstNumber + index}.${init === undefined ? "ts" : "mp4"}`;
}

function fileLines(row: RecordingFileRow, name: string, inits: readonly string[]): string[] {
  const { discontinuity, programDateTimeMs, durationMs } = row;
  return [
    ...(discontinuity ? ["#EXT-X-DISCONTINUITY"] : []),
    ...inits,
    ...(row.marks ?? []).map(({ tag }) => tag),
    programDateTimeTag(programDateTimeMs),
    extInfTag(durationMs),
    name,
  ];
}

function byteRangeLines(row: RecordingFileRow, name: string, inits: readonly string[]): string[] {
  const all = [...(row.discontinuity ? ["#EXT-X-DISCONTINUITY"] : []), ...inits];
  let wallMs = row.programDateTimeMs;
  let marks = row.marks ?? [];
  for (const { offset, length, durationMs } of row.byteRanges) {
    const nextMs = wallMs + durationMs;
    const here = marks.filter(({ atMs }) => atMs < Math.floor(nextMs));
    all.push(...here.map(({ tag }) => tag));
    marks = marks.slice(here.length);
    all.push(programDateTimeTag(wallMs), extInfTag(durationMs));
    all.push(`#EXT-X-BYTERANGE:${length}@${offset}`, name);
    wallMs = nextMs;
  }
  return [...all, ...marks.map(({ tag }) => tag)];
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
