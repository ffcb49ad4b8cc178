import type { EngineHealth, MediaHost, StreamStatus } from "@rolecast/media";
import {
  SCRIPTED_MEDIA,
  ScriptedEngine,
} from "../../packages/server/src/services/ivs/testing/scripted-engine.ts";

const MEASURED = {
  ...{ videoBitrate: 2_500_000, audioBitrate: 128_000 },
  ...{ frameRate: 30, keyframeIntervalMs: 2_000 },
};

/** Streams that are live without media: their host gets the events that encoders' would give. */
export class SimulatedEngine extends ScriptedEngine {
  readonly #simulated: MediaHost;
  readonly #live = new Map<string, StreamStatus>();

  constructor(host: MediaHost) {
    super(host, Date.now);
    this.#simulated = host;
  }

  /** Asks the host for all keys at once; resolves when all are live. Rejects where one isn't. */
  async begin(streamKeys: readonly string[]): Promise<void> {
    await Promise.all(streamKeys.map((key) => this.#publish(key)));
  }

  /** Gives the host the ends of all that are live. */
  endAll(): void {
    const atMs = Date.now();
    for (const { streamName, streamId, createdAtMs } of this.#live.values()) {
      const about = { streamName, streamId, atMs };
      const durationMs = atMs - createdAtMs;
      this.#simulated.event({ ...about, type: "stream-end", durationMs });
      const reason = "publisher-finished";
      this.#simulated.event({ ...about, type: "session-ended", reason, message: "" });
    }
    this.#live.clear();
  }

  override async streams(): Promise<StreamStatus[]> {
    return [...this.#live.values()];
  }

  override async stopStream(streamName: string): Promise<boolean> {
    return this.#live.delete(streamName);
  }

  override async health(): Promise<EngineHealth> {
    return {
      ...{ listening: true, ffmpeg: "none", transcodes: 0, transcodeCoresUsed: 0 },
      ...{ transcodeCores: 0, connections: this.#live.size, streams: this.#live.size },
      ...{ protocolErrors: 0, refusedPublishes: 0, segmentBytes: 0 },
      ...{ recordingPendingBytes: 0, recordingSpilledBytes: 0 },
    };
  }

  async #publish(name: string): Promise<void> {
    const host = this.#simulated;
    const connection = { connectionId: name, remoteAddress: "127.0.0.1", secure: true };
    const asked = { ...connection, protocol: "rtmps", name, priority: undefined };
    const decision = await host.authorizePublish(asked);
    if (!decision.allow) throw new Error(`${name} was refused: ${decision.reason}`);
    if ("forward" in decision) throw new Error(`${name} is a stage's`);
    const { streamName, streamId } = decision;
    const atMs = Date.now();
    const about = { streamName, streamId, atMs };
    host.event({ ...about, ...connection, type: "session-created", recording: false });
    host.event({ ...about, type: "media-info", media: SCRIPTED_MEDIA });
    host.event({ ...about, type: "stream-start" });
    this.#live.set(streamName, {
      ...{ streamName, streamId, state: "live", createdAtMs: atMs, startedAtMs: atMs },
      ...{ health: "HEALTHY", warnings: [], media: SCRIPTED_MEDIA, measured: MEASURED },
      recording: undefined,
    });
  }
}
