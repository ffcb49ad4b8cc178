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

/** The variant with the largest picture, or without one the first; undefined without variants. */
export function bestVariant(multivariant: string): RecordedVariant | undefined {
  let best: (RecordedVariant & { readonly pixels: number }) | undefined;
  let pixels: number | undefined;
  for (const line of linesOf(multivariant)) {
    if (line.startsWith("#EXT-X-STREAM-INF:")) {
      const [, width = 0, height = 0] = /RESOLUTION=(\d+)x(\d+)/.exec(line) ?? [];
      pixels = Number(width) * Number(height);
    } else if (!line.startsWith("#") && pixels !== undefined) {
      if (best === undefined || pixels > best.pixels) {
        best = { uri: line, hasVideo: pixels > 0, pixels };
      }
      pixels = undefined;
    }
  }
  return best && { uri: best.uri, hasVideo: best.hasVideo };
}

/** The files of a rendition's playlist, in their order (RFC 8216, section 4.3). */
export function recordedFiles(playlist: string): RecordedFile[] {
  const files: RecordedFile[] = [];
  let durationMs = 0;
  let discontinuity = false;
  let initUri: string | undefined;
  for (const line of linesOf(playlist)) {
    if (line.startsWith("#EXTINF:")) {
      durationMs = Math.round(Number.parseFloat(line.slice("#EXTINF:".length)) * 1_000) || 0;
    } else if (line === "#EXT-X-DISCONTINUITY") {
      discontinuity = true;
    } else if (line.startsWith("#EXT-X-MAP:")) {
      initUri = /URI="([^"]+)"/.exec(line)?.[1];
    } else if (!line.startsWith("#")) {
      files.push({ uri: line, durationMs, discontinuity, initUri });
      discontinuity = false;
    }
  }
  return files;
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
