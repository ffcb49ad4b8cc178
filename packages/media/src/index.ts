export { createMediaEngine } from "./engine/media-engine.ts";
export { findFfmpeg } from "./ffmpeg/find-ffmpeg.ts";
export { letHeapGrow } from "./heap-growth.ts";
export { defaultMediaLimits, type MediaLimits } from "./limits.ts";
export { MediaError, type MediaErrorCode } from "./media-error.ts";
export type * from "./port/messages.ts";
export type {
  HeightRange,
  RecordingThumbnails,
  ThumbnailPlan,
} from "./port/recording-messages.ts";
export { type KeptObject, KeptRecordings } from "./recording/kept-recordings.ts";
export {
  type RecordingPlaylist,
  renderRecordingPlaylists,
} from "./recording/recording-playlists.ts";
export type { ChannelType, LadderRequest } from "./transcode/ladder.ts";
export { publishFlv } from "./transport/rtmp/rtmp-publisher.ts";
