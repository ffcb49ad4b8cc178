export { findFfmpeg } from "./ffmpeg/find-ffmpeg.ts";
export {
  type RecordedFile,
  type RecordedPlaylist,
  readPlaylist,
} from "./film/recorded-playlist.ts";
export { type FilmSource, writeFilm } from "./film/write-film.ts";
export { createMediaEngine } from "./media-engine.ts";
export type * from "./port/composition.ts";
export type * from "./port/composition-layout.ts";
export type * from "./port/encoder-request.ts";
export type * from "./port/events.ts";
export type * from "./port/forwarding.ts";
export type * from "./port/handle.ts";
export type * from "./port/host.ts";
export type * from "./port/ladder.ts";
export { defaultMediaLimits, type MediaLimits } from "./port/limits.ts";
export { MediaError, type MediaErrorCode } from "./port/media-error.ts";
export type * from "./port/mirror.ts";
export type * from "./port/offer.ts";
export type * from "./port/options.ts";
export type * from "./port/publish.ts";
export type * from "./port/recording.ts";
export type * from "./port/source.ts";
export { type KeptObject, KeptRecordings } from "./recording/kept-recordings.ts";
export {
  type RecordingPlaylist,
  renderRecordingPlaylists,
} from "./recording/recording-playlists.ts";
export { letHeapGrow } from "./runtime/heap-growth.ts";
export { reportBackgroundErrors } from "./runtime/in-background.ts";
export { type TestPictureOptions, testPicture } from "./test-picture/test-picture.ts";
export type { IngestProtocolName } from "./transport/protocols.ts";
export { publishFlv } from "./transport/rtmp/rtmp-publisher.ts";
