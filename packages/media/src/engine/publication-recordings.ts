import {
  PublicationRecorder,
  type PublicationRecorderOptions,
} from "../broadcast/publication-recorder.ts";
import type { Feed, ProtocolForwarding, Tap } from "../ingest/protocol.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaRecordings, PublicationRecording, UnitRecording } from "../port/recording.ts";

interface Recorded {
  /** Undefined of media that this process makes. */
  readonly group: string | undefined;
  readonly recorder: PublicationRecorder;
  /** Undefined of media that this process makes. */
  tap: Tap | undefined;
}

/** The publications of this process that are recorded, and media that it makes. */
export class PublicationRecordings implements MediaRecordings {
  readonly #forwarding: () => ProtocolForwarding;
  readonly #options: Omit<PublicationRecorderOptions, "recorded" | "onFailed" | "onOver">;
  /** By stream id, until each is complete. */
  readonly #recorded = new Map<string, Recorded>();

  constructor(
    forwarding: () => ProtocolForwarding,
    options: Omit<PublicationRecorderOptions, "recorded" | "onFailed" | "onOver">,
  ) {
    this.#forwarding = forwarding;
    this.#options = options;
  }

  /** Bytes of objects that wait for the host. */
  get pendingBytes(): number {
    return [...this.#recorded.values()].reduce(
      (sum, { recorder }) => sum + recorder.pendingBytes,
      0,
    );
  }

  async recordPublication(recorded: PublicationRecording): Promise<boolean> {
    const { group, streamId } = recorded;
    const status = await this.#forwarding().groupStatus(group);
    if (!status.publications.some(({ publication }) => publication === recorded.publication)) {
      return false;
    }
    const onOver = (): boolean => this.#recorded.delete(streamId);
    const recorder = new PublicationRecorder({ ...this.#options, recorded, onOver });
    const one: Recorded = { group, recorder, tap: undefined };
    this.#recorded.set(streamId, one);
    try {
      one.tap = this.#forwarding().tap({ ...recorded, fromBeginning: true }, recorder);
    } catch (error) {
      recorder.end();
      await recorder.recorded();
      if (error instanceof MediaError && error.code === "refused") {
        return false;
      }
      throw error;
    }
    return true;
  }

  /** Records what the returned feed is given, until its end. */
  record(recorded: UnitRecording, onFailed: (message: string) => void): Feed {
    const onOver = (): boolean => this.#recorded.delete(recorded.streamId);
    const recorder = new PublicationRecorder({ ...this.#options, recorded, onFailed, onOver });
    this.#recorded.set(recorded.streamId, { group: undefined, recorder, tap: undefined });
    return recorder;
  }

  async stopRecording(group: string, streamId: string): Promise<boolean> {
    const one = this.#recorded.get(streamId);
    if (one?.group !== group) {
      return false;
    }
    end(one);
    return true;
  }

  /** Ends all; resolves when their recordings are complete. */
  async finish(): Promise<void> {
    const all = [...this.#recorded.values()];
    all.forEach(end);
    await Promise.all(all.map(({ recorder }) => recorder.recorded()));
  }

  abandon(): void {
    for (const { recorder } of this.#recorded.values()) {
      recorder.abandon();
    }
  }
}

/** All that has come is recorded. */
function end({ tap, recorder }: Recorded): void {
  if (tap === undefined) {
    recorder.end();
  } else {
    tap.end("the recording is over");
  }
}
