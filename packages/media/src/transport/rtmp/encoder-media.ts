import { decodeAmf0 } from "../../container/flv/amf0.ts";
import { FlvUnits } from "../../container/flv/flv-units.ts";
import { parseMetadata } from "../../container/flv/metadata.ts";
import type { MediaSink } from "../../ingest/ingest-port.ts";
import type { SessionEndReason } from "../../port/events.ts";
import type { ReadPace } from "../../runtime/stepped-reads.ts";

/** Takes the messages of an accepted encoder. Payloads are scratch memory, valid during a call. */
export interface EncoderMedia {
  /** How promptly the connection should be read; undefined where it may be paused at any time. */
  readonly pace: ReadPace | undefined;
  video(timestampMs: number, payload: Buffer): void;
  audio(timestampMs: number, payload: Buffer): void;
  data(payload: Buffer): void;
  /** The connection is over, or the encoder unpublished. Called once. */
  end(reason: SessionEndReason, message: string): void;
}

/** An encoder whose media is taken here. */
export class TakenEncoder implements EncoderMedia {
  readonly pace: ReadPace;
  readonly #sink: MediaSink;
  readonly #units: FlvUnits;

  constructor(sink: MediaSink) {
    this.pace = sink.pace ?? "prompt";
    this.#sink = sink;
    this.#units = new FlvUnits(sink);
  }

  video(timestampMs: number, payload: Buffer): void {
    this.#units.video(timestampMs, payload);
  }

  audio(timestampMs: number, payload: Buffer): void {
    this.#units.audio(timestampMs, payload);
  }

  data(payload: Buffer): void {
    const announced = parseMetadata(decodeAmf0(payload));
    if (announced !== undefined) {
      this.#sink.announce(announced);
    }
  }

  end(reason: SessionEndReason, message: string): void {
    this.#sink.end(reason, message);
  }
}
