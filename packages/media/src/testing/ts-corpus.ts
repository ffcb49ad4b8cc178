import { TrackReader } from "../ingest/track-reader.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { LeadingCutter } from "../segmenter/cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import { Timeline } from "../segmenter/timeline.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import { flvStreams } from "./corpus.ts";
import type { FlvTag } from "./flv-file.ts";

/** The corpus as transport streams. */
export const tsStreams: readonly Buffer[] = flvStreams.map(transportStreamOf);

function transportStreamOf(tags: readonly FlvTag[]): Buffer {
  const segments: Buffer[] = [];
  const segmenter = new Segmenter({
    limits: defaultMediaLimits,
    cutter: new LeadingCutter(defaultMediaLimits, () => 0),
    timeline: new Timeline(),
    onSegment: ({ body }) => segments.push(body),
  });
  const tracks = new TrackReader();
  for (const { type, timestampMs, body } of tags) {
    if (type === MESSAGE.video) {
      for (const frame of tracks.readVideo(Buffer.from(body))) {
        if (frame !== "config") {
          segmenter.video(timestampMs, frame.compositionMs, frame.keyframe, frame.units);
        } else if (tracks.video !== undefined) {
          segmenter.setVideoConfig(tracks.video);
        }
      }
    } else if (type === MESSAGE.audio) {
      const frame = tracks.readAudio(Buffer.from(body));
      if (frame === "config") {
        segmenter.setAudioConfig(tracks.audio);
      } else if (frame !== undefined) {
        segmenter.audio(timestampMs, frame);
      }
    }
  }
  segmenter.finish();
  return Buffer.concat(segments);
}
