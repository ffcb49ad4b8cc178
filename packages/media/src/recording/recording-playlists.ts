import type { RecordingFileRow, RecordingMedia, RecordingRendition } from "../engine/messages.ts";
import {
  bitrate,
  extInfTag,
  programDateTimeTag,
  targetDurationSeconds,
  variantTags,
} from "../hls/playlist-tags.ts";

export interface RecordingPlaylist {
  /** Relative to the recording's prefix. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** Undocumented for recordings; AWS's own sample for clips writes playlists with the first. */
export const RECORDING_CONTENT_TYPE = { playlist: "application/x-mpegURL", segment: "video/MP2T" };

/**
 * All playlists of a recording from its stored rows, in the order to write them: what a playlist refers to comes
 * before it. Pure, so that the engine while recording and the host after a crash make the same files. Rows of a
 * rendition may come in any order; a hole in their indexes is a lost file.
 *
 * Without a rendition there is no playlist. As Amazon IVS writes them, playlists of a recording in progress are of type EVENT and already have an ENDLIST.
 */
export function renderRecordingPlaylists(
  rows: readonly RecordingFileRow[],
  media: RecordingMedia,
): RecordingPlaylist[] {
  const playlist = (path: string, lines: readonly string[]): RecordingPlaylist => ({
    path: `${media.hlsPath}/${path}`,
    contentType: RECORDING_CONTENT_TYPE.playlist,
    body: `${lines.join("\n")}\n`,
  });
  const variants = media.renditions.map((rendition) => ({
    rendition,
    rows: rows.filter((row) => row.rendition === rendition.path).sort((a, b) => a.index - b.index),
  }));
  // A rendition that ended before its first file is not offered.
  const written = variants.filter((variant) => variant.rows.length > 0);
  const multivariant = (uri: (rendition: RecordingRendition) => string, version: number) => [
    "#EXTM3U",
    `#EXT-X-VERSION:${version}`,
    ...(written.length > 0 ? written : variants).flatMap((variant) =>
      multivariantEntry(variant.rendition, variant.rows, uri(variant.rendition)),
    ),
  ];
  if (variants.length === 0) {
    return [];
  }
  return [
    ...variants.flatMap(({ rendition, rows: own }) => [
      playlist(`${rendition.path}/${rendition.playlist}`, variantLines(own)),
      playlist(`${rendition.path}/${rendition.byteRangePlaylist}`, byteRangeLines(own)),
    ]),
    playlist(
      media.byteRangePlaylist,
      multivariant((rendition) => `${rendition.path}/${rendition.byteRangePlaylist}`, 4),
    ),
    playlist(
      media.playlist,
      multivariant((rendition) => `${rendition.path}/${rendition.playlist}`, 3),
    ),
  ];
}

function multivariantEntry(
  rendition: RecordingRendition,
  rows: readonly RecordingFileRow[],
  uri: string,
): string[] {
  const bandwidth = rows.reduce(
    (most, row) => Math.max(most, bitrate(row.length, row.durationMs)),
    1,
  );
  const { path, width, height, frameRate, codecs } = rendition;
  const picture = height > 0 ? { width, height, frameRate } : undefined;
  return variantTags({ groupId: path, name: path, uri, bandwidth, codecs, picture });
}

/** Applications read EXT-X-TWITCH-TOTAL-SECS as the recording's length so far, so it is written as IVS does. */
function head(rows: readonly RecordingFileRow[], version: number, target: number): string[] {
  const last = rows.at(-1);
  const totalMs = rows.reduce((sum, row) => sum + row.durationMs, 0);
  const writtenMs = last === undefined ? 0 : last.programDateTimeMs + last.durationMs;
  return [
    "#EXTM3U",
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${target}`,
    `#ID3-EQUIV-TDTG:${new Date(writtenMs).toISOString().slice(0, 19)}`,
    "#EXT-X-PLAYLIST-TYPE:EVENT",
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-TWITCH-ELAPSED-SECS:0.000",
    `#EXT-X-TWITCH-TOTAL-SECS:${(totalMs / 1_000).toFixed(3)}`,
  ];
}

function variantLines(rows: readonly RecordingFileRow[]): string[] {
  const lines = head(rows, 3, targetDurationSeconds(rows.map((row) => row.durationMs)));
  for (const row of rows) {
    if (row.discontinuity) {
      lines.push("#EXT-X-DISCONTINUITY");
    }
    lines.push(programDateTimeTag(row.programDateTimeMs), extInfTag(row.durationMs));
    lines.push(`${row.index}.ts`);
  }
  lines.push("#EXT-X-ENDLIST");
  return lines;
}

/** One entry per keyframe interval (RFC 8216, section 4.3.2.2: protocol version 4). */
function byteRangeLines(rows: readonly RecordingFileRow[]): string[] {
  const durations = rows.flatMap((row) => row.byteRanges.map((range) => range.durationMs));
  const lines = head(rows, 4, targetDurationSeconds(durations));
  for (const row of rows) {
    if (row.discontinuity) {
      lines.push("#EXT-X-DISCONTINUITY");
    }
    let wallMs = row.programDateTimeMs;
    for (const { offset, length, durationMs } of row.byteRanges) {
      lines.push(programDateTimeTag(wallMs), extInfTag(durationMs));
      lines.push(`#EXT-X-BYTERANGE:${length}@${offset}`, `${row.index}.ts`);
      wallMs += durationMs;
    }
  }
  lines.push("#EXT-X-ENDLIST");
  return lines;
}
