import type { Feed } from "../ingest/protocol.ts";
import type { MediaUnit, TrackConfig } from "../port/media-unit.ts";
import type { UnitRecording } from "../port/recording.ts";
import type { CompositionSink, OutputEvent } from "./composition-sink.ts";

/** Begins a recording of what the feed is given. `onFailed` is called when it can't go on. */
export type RecordUnits = (recording: UnitRecording, onFailed: (message: string) => void) => Feed;

export interface RecordedOutputOptions {
  readonly recording: UnitRecording;
  readonly record: RecordUnits;
  readonly onEvent: (event: OutputEvent) => void;
}

/** Records a composition. The host hears of the recording's end by the recording's own events. */
export class RecordedOutput implements CompositionSink {
  readonly #options: RecordedOutputOptions;
  #feed: Feed | undefined;
  #isOver = false;

  constructor(options: RecordedOutputOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  connect(): void {
    const { recording, record, onEvent } = this.#options;
    this.#feed = record(recording, (message) => this.abandon(message));
    onEvent({ type: "output-started" });
  }

  sweep(): void {}

  configure(tracks: readonly TrackConfig[]): void {
    this.#feed?.configure(tracks);
  }

  write(unit: MediaUnit): void {
    this.#feed?.write(unit);
  }

  /** The recording goes on with what the next encoder makes. */
  interrupt(): void {}

  end(): void {
    this.#close({ type: "output-ended" });
  }

  abandon(message: string): void {
    this.#close({ type: "output-failed", message });
  }

  #close(event: OutputEvent): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#feed?.end("the composition is over");
      this.#feed = undefined;
      this.#options.onEvent(event);
    }
  }
}
