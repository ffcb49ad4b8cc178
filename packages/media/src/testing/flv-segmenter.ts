import { PublisherTracks } from "../broadcast/publisher-tracks.ts";
import { FlvUnits } from "../container/flv/flv-units.ts";
import type { UnitSink } from "../port/media-unit.ts";
import type { Segmenter } from "../segmenter/segmenter.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";
import type { FlvTag } from "./flv-file.ts";

const TAKES = new Set(["h264", "aac"] as const);

/**
 * Puts FLV's tags into segments, as a broadcast of one track does. Each body is scratch memory,
 * gone after its call.
 */
export function flvInto(segmenter: Segmenter): (tag: FlvTag) => void {
  const tracks = new PublisherTracks({ codecs: TAKES, several: false });
  const apply = (): void => {
    if (tracks.video !== undefined) {
      segmenter.setVideoConfig(tracks.video);
    }
    segmenter.setAudioConfig(tracks.audio);
  };
  const sink: UnitSink = {
    takes: TAKES,
    configure(given) {
      if (given.map((track) => tracks.configure(track)).includes(true)) {
        apply();
      }
    },
    write({ track, dts, pts, key, data }) {
      if (tracks.at(track)?.kind === "audio") {
        segmenter.audio(dts, data[0] ?? Buffer.alloc(0));
        return;
      }
      if (key && tracks.changesPicture(track, data)) {
        apply();
      }
      segmenter.video(dts, pts - dts, key, data);
    },
  };
  const units = new FlvUnits(sink);
  return ({ type, timestampMs, body }) => {
    const scratch = Buffer.from(body);
    if (type === MESSAGE.video) {
      units.video(timestampMs, scratch);
    } else if (type === MESSAGE.audio) {
      units.audio(timestampMs, scratch);
    }
    scratch.fill(0);
  };
}
