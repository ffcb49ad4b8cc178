import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { FilmPart } from "./film-part.ts";
import { FragmentedFilm } from "./fragmented-film.ts";
import { joinInits } from "./joined-init.ts";
import { wellFormed, withDuration } from "./mp4-boxes.ts";
import type { RecordedFile } from "./recorded-playlist.ts";
import { TransportStreamFilm } from "./transport-stream-film.ts";

/**
 * All init sections together. One has some hundred bytes, though configurations may take 64 KiB
 * each; a browser's picture has as many as it had sizes.
 */
const INIT_BYTES_MAX = 1_024 * 1_024;
/** Each is an object that is read before the film's first byte. */
const INIT_SECTIONS_MAX = 1_000;

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
  const uris = new Set(files.map(({ initUri }) => initUri));
  const sections = new Map([...uris].map((uri, index) => [uri, index]));
  const joined = sections.has(undefined) ? undefined : joinedOf(await readInits([...uris], source));
  if (joined === undefined && sections.size > 1) {
    throw new MediaError("unsupported-media", "the recording's files are of several kinds");
  }
  const fragmented = joined && new FragmentedFilm(joined);
  const film: FilmPart = fragmented ?? new TransportStreamFilm({ ...source, durationMs });
  if (joined) yield wellFormed(() => withDuration(joined.init, durationMs));
  let startMs = 0;
  for (const file of files) {
    fragmented?.use(sections.get(file.initUri) ?? 0);
    if (file.discontinuity) film.begin(startMs);
    for await (const bytes of read(file.uri)) {
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      wellFormed(() => film.push(piece));
      const made = film.take();
      if (made.length > 0) yield made;
    }
    film.endFile();
    startMs += file.durationMs;
  }
  film.finish();
  yield film.take();
}

function joinedOf(inits: readonly Buffer[]) {
  return wellFormed(() => joinInits(inits));
}

/** The init sections in the order in which files need them first. */
async function readInits(
  uris: readonly (string | undefined)[],
  { read }: FilmSource,
): Promise<readonly Buffer[]> {
  if (uris.length > INIT_SECTIONS_MAX) {
    throw new MediaError("limit", `a film has at most ${INIT_SECTIONS_MAX} init sections`);
  }
  const inits: Buffer[] = [];
  let leftBytes = INIT_BYTES_MAX;
  for (const uri of uris) {
    if (uri === undefined) continue;
    const init = await wholeOf(read(uri), leftBytes);
    leftBytes -= init.length;
    inits.push(init);
  }
  return inits;
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > bytesMax) {
      throw new MediaError("limit", "the recording's init sections are too large");
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
