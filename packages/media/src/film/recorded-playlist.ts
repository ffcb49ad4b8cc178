import { MediaError } from "../port/media-error.ts";

/* Playlists are objects, so anybody who writes to the bucket says what is in them. */

/** The files of 5.8 days in a recording's ten seconds each; what is kept of them is 10 MB. */
export const PLAYLIST_FILES_MAX = 50_000;
/** Each of those files has some 60 bytes of a playlist. */
export const PLAYLIST_BYTES_MAX = 4 * 1_024 * 1_024;
/** A recorded file has at most five: its length, time, break, init section and name. */
const LINES_MAX = 5 * PLAYLIST_FILES_MAX;
/** The longest are those of renditions, with some 300 characters; an S3 key has 1,024 bytes. */
const LINE_CHARACTERS_MAX = 8_192;
/** Recorded files have about ten seconds; times of a film are sums of these lengths. */
const FILE_SECONDS_MAX = 3_600;

/** One file of a recorded rendition, as its playlist lists it. */
export interface RecordedFile {
  /** Relative to the playlist. */
  readonly uri: string;
  readonly durationMs: number;
  /** It doesn't continue the file before it. */
  readonly discontinuity: boolean;
  /** The init section that it needs; undefined in a transport stream. */
  readonly initUri: string | undefined;
}

export interface RecordedVariant {
  /** The playlist's place, relative to the multivariant one. */
  readonly uri: string;
  readonly hasVideo: boolean;
}

/** A multivariant playlist's variants, or the files of a rendition's (RFC 8216, section 4.3). */
export interface RecordedPlaylist {
  /** The one with the largest picture, or without one the first; undefined without variants. */
  readonly variant: RecordedVariant | undefined;
  /** In their order; none where there are variants. */
  readonly files: readonly RecordedFile[];
}

/**
 * Reads a playlist while it comes, and no further than it may go. Throws MediaError for what is too
 * large, or isn't the playlist of a recording.
 */
export async function readPlaylist(source: AsyncIterable<Uint8Array>): Promise<RecordedPlaylist> {
  const reader = new PlaylistReader();
  const decoder = new TextDecoder();
  let sizeBytes = 0;
  for await (const piece of source) {
    sizeBytes += piece.length;
    if (sizeBytes > PLAYLIST_BYTES_MAX) throw tooLong(`${PLAYLIST_BYTES_MAX} bytes`);
    reader.push(decoder.decode(piece, { stream: true }));
  }
  return reader.finish();
}

class PlaylistReader {
  readonly #files: RecordedFile[] = [];
  #lines = 0;
  /** The beginning of a line whose end is still to come. */
  #rest = "";
  #best: { readonly uri: string; readonly pixels: number } | undefined;
  /** The picture's size of the variant whose place is in the next line. */
  #pixels: number | undefined;
  #durationMs = 0;
  #discontinuity = false;
  #initUri: string | undefined;

  push(text: string): void {
    const all = this.#rest + text;
    let start = 0;
    for (let end = all.indexOf("\n"); end >= 0; end = all.indexOf("\n", start)) {
      this.#line(all.slice(start, end));
      start = end + 1;
    }
    this.#rest = all.slice(start);
    requireLine(this.#rest);
  }

  finish(): RecordedPlaylist {
    this.#line(this.#rest);
    const best = this.#best;
    return {
      variant: best && { uri: best.uri, hasVideo: best.pixels > 0 },
      files: best ? [] : this.#files,
    };
  }

  #line(written: string): void {
    this.#lines += 1;
    if (this.#lines > LINES_MAX) throw tooLong(`${LINES_MAX} lines`);
    requireLine(written);
    const line = written.trim();
    if (line === "") return;
    if (line.startsWith("#")) this.#tag(line);
    else if (this.#pixels !== undefined) this.#variant(line, this.#pixels);
    else this.#file(line);
  }

  #tag(line: string): void {
    if (line.startsWith("#EXTINF:")) {
      this.#durationMs = durationMs(line);
    } else if (line === "#EXT-X-DISCONTINUITY") {
      this.#discontinuity = true;
    } else if (line.startsWith("#EXT-X-MAP:")) {
      const [, uri] = /URI="([^"]+)"/.exec(line) ?? [];
      if (uri === undefined) throw new MediaError("protocol", "an EXT-X-MAP names no file");
      if (line.includes("BYTERANGE=")) throw ofParts();
      // Most files have the same one, which is kept once.
      if (uri !== this.#initUri) this.#initUri = uri;
    } else if (line.startsWith("#EXT-X-BYTERANGE")) {
      throw ofParts();
    } else if (line.startsWith("#EXT-X-STREAM-INF:")) {
      const [, width = 0, height = 0] = /RESOLUTION=(\d+)x(\d+)/.exec(line) ?? [];
      this.#pixels = Number(width) * Number(height);
    }
  }

  #variant(uri: string, pixels: number): void {
    if (this.#best === undefined || pixels > this.#best.pixels) this.#best = { uri, pixels };
    this.#pixels = undefined;
  }

  #file(uri: string): void {
    if (this.#files.length === PLAYLIST_FILES_MAX) throw tooLong(`${PLAYLIST_FILES_MAX} files`);
    this.#files.push({
      ...{ uri, durationMs: this.#durationMs, initUri: this.#initUri },
      discontinuity: this.#discontinuity,
    });
    this.#discontinuity = false;
  }
}

function durationMs(line: string): number {
  const [, seconds] = /^#EXTINF:(\d+(?:\.\d*)?)(?:,|$)/.exec(line) ?? [];
  const length = Number(seconds);
  if (!(length <= FILE_SECONDS_MAX)) {
    throw new MediaError("protocol", `a file's EXTINF is no length up to ${FILE_SECONDS_MAX} s`);
  }
  return Math.round(length * 1_000);
}

function requireLine(line: string): void {
  if (line.length > LINE_CHARACTERS_MAX) throw tooLong(`${LINE_CHARACTERS_MAX} characters a line`);
}

function tooLong(what: string): MediaError {
  return new MediaError("limit", `a recording's playlist has at most ${what}`);
}

function ofParts(): MediaError {
  return new MediaError("unsupported-media", "the playlist lists parts of files");
}
