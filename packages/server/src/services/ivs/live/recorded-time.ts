import type { MediaEvent } from "@rolecast/media";

type Progress = Extract<MediaEvent, { type: "recording-progress" }>;

/** How much was recorded since it was last taken: a stream's last file is written after its end. */
export class RecordedTime {
  /** Recorded milliseconds of each running recording, by its latest stream's id. */
  readonly #totalsMs = new Map<string, number>();
  /** By the channel's ARN. */
  #newMs = new Map<string, number>();

  /** A file is written. The time of an earlier stream of the same recording was counted then. */
  note({ streamId, streamName, durationMs, row }: Progress): void {
    const beforeMs = this.#totalsMs.get(streamId) ?? durationMs - row.durationMs;
    if (durationMs <= beforeMs) return;
    this.#totalsMs.set(streamId, durationMs);
    this.#newMs.set(streamName, (this.#newMs.get(streamName) ?? 0) + durationMs - beforeMs);
  }

  /** The recording is over, or goes on with another stream. */
  end(streamId: string): void {
    this.#totalsMs.delete(streamId);
  }

  take(): ReadonlyMap<string, number> {
    const taken = this.#newMs;
    this.#newMs = new Map();
    return taken;
  }
}
