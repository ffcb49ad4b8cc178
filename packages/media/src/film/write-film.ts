import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { FilmPart } from "./film-part.ts";
import { FragmentedFilm } from "./fragmented-film.ts";
import { withDuration } from "./mp4-boxes.ts";
import type { RecordedFile } from "./recorded-playlist.ts";
import { TransportStreamFilm } from "./transport-stream-film.ts";

/** An init section has some hundred bytes; configurations may take 64 KiB each. */
const INIT_BYTES_MAX = 1_024 * 1_024;

export interface FilmSource {
  /** The files of one rendition, in their order. */
  readonly files: readonly RecordedFile[];
  readonly hasVideo: boolean;
  /** The bytes of a file, or of an init section. */
  readonly read: (uri: string) => AsyncIterable<Uint8Array>;
  readonly limits: Pick<MediaLimits, "messageBytesMax" | "segmentBytesMax">;
}

/**
 * Writes a recording as one MP4 file, while it reads it: a keyframe interval is in memory at a
 * time. Nothing is decoded, so the pictures are the recorded ones. Throws MediaError for what can't
 * be in one file, before its first byte where that is known by then.
 */
export async function* writeFilm(source: FilmSource): AsyncGenerator<Buffer, void, undefined> {
  const { files, read } = source;
  const durationMs = files.reduce((sum, file) => sum + file.durationMs, 0);
  const inits = [...new Set(files.map(({ initUri }) => initUri))];
  if (inits.length > 1) {
    throw new MediaError(
      "unsupported-media",
      "the encoder's settings changed during this recording: one MP4 file can't hold both parts",
    );
  }
  const [initUri] = inits;
  const init = initUri === undefined ? undefined : await wholeOf(read(initUri));
  const film: FilmPart = init
    ? new FragmentedFilm(init)
    : new TransportStreamFilm({ ...source, durationMs });
  if (init) yield withDuration(init, durationMs);
  let startMs = 0;
  for (const file of files) {
    if (file.discontinuity) film.begin(startMs);
    for await (const bytes of read(file.uri)) {
      film.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      const made = film.take();
      if (made.length > 0) yield made;
    }
    film.endFile();
    startMs += file.durationMs;
  }
  film.finish();
  yield film.take();
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > INIT_BYTES_MAX) {
      throw new MediaError("limit", "the recording's init section is too large");
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
