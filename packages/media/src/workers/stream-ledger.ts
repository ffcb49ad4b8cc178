import type { MediaEvent } from "../port/events.ts";

interface OpenStream {
  readonly streamName: string;
  readonly streamId: string;
  /** Wall clock of stream-start. */
  startedAtMs: number | undefined;
  isOver: boolean;
  /** Neither complete, failed nor interrupted. */
  isRecording: boolean;
  /** Calls to the host about its recording that haven't been answered. */
  readonly writes: Set<Promise<unknown>>;
}

/**
 * Keeps the state of one worker's streams by its events, and so the events that are missing when it
 * dies.
 */
export class StreamLedger {
  /** By stream id. */
  readonly #open = new Map<string, OpenStream>();

  note(event: MediaEvent): void {
    if (event.type === "publish-refused") {
      return;
    }
    const { streamName, streamId } = event;
    if (event.type === "session-created") {
      const rest = { isOver: false, isRecording: event.recording, writes: new Set<never>() };
      this.#open.set(streamId, { streamName, streamId, startedAtMs: undefined, ...rest });
    }
    if (event.type === "recording-opened") {
      const rest = { startedAtMs: undefined, isOver: true, writes: new Set<never>() };
      this.#open.set(streamId, { streamName, streamId, ...rest, isRecording: true });
    }
    const stream = this.#open.get(streamId);
    if (stream === undefined) {
      return;
    }
    switch (event.type) {
      case "stream-start":
        stream.startedAtMs = event.atMs;
        break;
      case "session-ended":
        stream.isOver = true;
        break;
      case "recording-complete":
      case "recording-failed":
      case "recording-interrupted":
        stream.isRecording = false;
        break;
      default:
      // Nothing that would have to be made up for.
    }
    if (stream.isOver && !stream.isRecording) {
      this.#open.delete(streamId);
    }
  }

  /** The host writes for a stream's recording. */
  writes<Result>(streamId: string, written: Promise<Result>): Promise<Result> {
    const writes = this.#open.get(streamId)?.writes;
    const settled = written.catch(() => undefined).finally(() => writes?.delete(settled));
    writes?.add(settled);
    return written;
  }

  /**
   * Publishes the ends of what the dead worker carried. Resolves when those of interrupted
   * recordings are published too, each once what the host was writing of it is written.
   */
  async conclude(atMs: number, publish: (event: MediaEvent) => void): Promise<void> {
    const left = [...this.#open.values()];
    this.#open.clear();
    const message = "the process that carried the stream died";
    for (const { streamName, streamId, startedAtMs, isOver } of left) {
      const stream = { streamName, streamId, atMs };
      if (!isOver && startedAtMs !== undefined) {
        publish({ type: "stream-end", ...stream, durationMs: atMs - startedAtMs });
      }
      if (!isOver) {
        publish({ type: "session-ended", ...stream, reason: "internal-error", message });
      }
    }
    const interrupted = left.map(async ({ streamName, streamId, isRecording, writes }) => {
      await Promise.all(writes);
      if (isRecording) {
        publish({ type: "recording-interrupted", streamName, streamId, atMs });
      }
    });
    await Promise.all(interrupted);
  }
}
