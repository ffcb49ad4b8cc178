import type { Rendition } from "../hls/rendition.ts";
import type { RecordingLayout, RecordingMedia } from "../port/recording.ts";
import { describeRendition } from "./recorded-renditions.ts";

/** The layout of channels' recordings. */
export const CHANNEL_LAYOUT: RecordingLayout = {
  playlist: "master.m3u8",
  byteRangePlaylist: "byte-range-multivariant.m3u8",
  firstNumber: 0,
  thumbnailFolder: "",
  thumbnailPrefix: "thumb",
  finalType: undefined,
};

/** The media of a recording of these renditions, but for its thumbnails. */
export function recordingMedia(
  recorded: readonly Rendition[],
  { playlist, byteRangePlaylist, firstNumber, finalType }: RecordingLayout,
): RecordingMedia {
  return {
    hlsPath: "media/hls",
    ...{ playlist, byteRangePlaylist },
    ...(firstNumber > 0 && { firstNumber }),
    ...(finalType !== undefined && { finalType }),
    renditions: recorded.map((one) => describeRendition(one, byteRangePlaylist !== undefined)),
  };
}
