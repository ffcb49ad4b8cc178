import { Readable } from "node:stream";
import { defaultMediaLimits, MediaError, readPlaylist, writeFilm } from "@rolecast/media";
import { commandLine } from "../../../kernel/command-line.ts";
import { NO_PERMISSION_NEEDED, type OperationHandler } from "../../../kernel/operations.ts";
import { FilmPlaces } from "./film-places.ts";
import { besides, notARecording, RecordedObjects } from "./recorded-objects.ts";

interface DownloadInput {
  readonly Bucket: string;
  /** The key of the recording's multivariant playlist, `…/media/hls/master.m3u8`. */
  readonly Key: string;
  /** The name that browsers save it under; left out, they show it. */
  readonly FileName?: string;
}

/**
 * Answers a recording as one MP4 file, made while it is read. The caller needs no permission of
 * Rolecast's own: S3 decides on every object that is read, as if the caller read it.
 */
export function downloadRecording(): OperationHandler<DownloadInput, object> {
  const places = new FilmPlaces();
  return {
    authorize: () => NO_PERMISSION_NEEDED,
    async handle({ Bucket, Key, FileName }, context) {
      const ended = places.take(context.accountId);
      const film = await filmOf(new RecordedObjects(context, Bucket), Key).catch((error) => {
        ended();
        throw error;
      });
      const body = Readable.from(film, { objectMode: false }).once("close", ended);
      const { headers } = context.response;
      headers["content-type"] = "video/mp4";
      if (FileName !== undefined) {
        const name = encodeURIComponent(FileName);
        headers["content-disposition"] = `attachment; filename*=UTF-8''${name}`;
      }
      headers["cache-control"] = "no-store";
      return { Body: body };
    },
  };
}

/** Rejects where it can't begin; what fails later breaks the connection off. */
async function filmOf(objects: RecordedObjects, key: string): Promise<AsyncIterable<Buffer>> {
  const playlistOf = (at: string) => readPlaylist(objects.read(at)).catch(refuse);
  const playlist = await playlistOf(key);
  const { variant } = playlist;
  const playlistKey = variant ? besides(key, variant.uri) : key;
  const { files } = variant ? await playlistOf(playlistKey) : playlist;
  if (files.length === 0) throw notARecording(`${playlistKey} lists no files.`);
  const film = writeFilm({
    files,
    hasVideo: variant?.hasVideo ?? true,
    read: (uri) => objects.read(besides(playlistKey, uri)),
    limits: defaultMediaLimits,
  });
  return begun(film);
}

/** The same, once its first bytes are there: refusals until then are the answer. */
async function begun(film: AsyncGenerator<Buffer, void>): Promise<AsyncIterable<Buffer>> {
  const first = await film.next().catch(refuse);
  return (async function* () {
    try {
      if (!first.done) yield first.value;
      yield* film;
    } finally {
      await film.return();
    }
  })();
}

/** Throws what can't be a film as a refusal of the request. */
function refuse(error: unknown): never {
  if (!(error instanceof MediaError)) throw error;
  const { code, message } = error;
  const instead = `\`${commandLine("record get")}\` downloads its files as they are`;
  throw notARecording(code === "unsupported-media" ? `${message}. ${instead}.` : message);
}
