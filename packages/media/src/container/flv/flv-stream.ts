import type { UnitSink } from "../../port/media-unit.ts";
import { FLV_TAG, FlvReader } from "./flv-reader.ts";
import { FlvUnits } from "./flv-units.ts";

/**
 * Reads an FLV stream, as ffmpeg writes it into a pipe, into units whose clock has milliseconds.
 */
export class FlvStream {
  readonly #reader: FlvReader;

  constructor(tagBytesMax: number, sink: UnitSink) {
    const units = new FlvUnits(sink);
    this.#reader = new FlvReader(tagBytesMax, (type, timestampMs, body) => {
      if (type === FLV_TAG.video) {
        units.video(timestampMs, body);
      } else if (type === FLV_TAG.audio) {
        units.audio(timestampMs, body);
      }
    });
  }

  /** Throws MediaError for what isn't FLV, or isn't ingested. */
  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }
}
