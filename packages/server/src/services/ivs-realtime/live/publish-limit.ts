import type { Clock } from "../../../kernel/clock.ts";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { LiveStages } from "./live-stages.ts";
import type { Participant } from "./participant.ts";
import { publishError } from "./publish-error.ts";

/** Source: IVS Real-Time user guide, "Service Quotas", maximum duration of publishing. */
const PUBLISHED_MAX_MS = 24 * 60 * 60_000;
const ROUND_MS = 10_000;

export interface PublishLimitOptions {
  readonly stages: Pick<LiveStages, "all" | "change">;
  readonly forwarding: Pick<ForwardingPort, "closeForwarding">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Ends what participants have published for too long; they may publish again. */
export class PublishLimit {
  readonly #options: PublishLimitOptions;
  readonly #rounds: Periodic;
  /** When each that publishes was seen to do so first. */
  #since = new Map<Participant, number>();

  constructor(options: PublishLimitOptions) {
    this.#options = options;
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.look(),
      failed: (err) => options.log.error({ err }, "Long publications couldn't be looked for"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async look(): Promise<void> {
    const { stages, forwarding, clock } = this.#options;
    const nowMs = clock.nowMs();
    const before = this.#since;
    this.#since = new Map();
    for (const stage of stages.all)
      for (const participant of [...stage.participants.values()]) {
        const { publication, isPublishing, replicaOf } = participant;
        // A replica ends with its source.
        if (!publication || !isPublishing || replicaOf) continue;
        const sinceMs = before.get(participant) ?? nowMs;
        if (nowMs - sinceMs < PUBLISHED_MAX_MS) {
          this.#since.set(participant, sinceMs);
          continue;
        }
        const error = publishError(participant, "STREAM_DURATION_EXCEEDED", nowMs);
        await stages.change(stage, () => [error]);
        await forwarding.closeForwarding(stage.sessionId, publication.session);
      }
  }
}
