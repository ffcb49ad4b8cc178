import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { forgetPlayback } from "../rows/forget-playback.ts";
import { deleteSessions, listSessionsEndedBefore } from "../rows/stream-sessions.ts";
import type { IvsTables } from "../tables.ts";
import type { LiveStreams } from "./live-streams.ts";

const INTERVAL_MS = 60_000;
/** Source: IVS user guide, "Streaming configuration": then the encoder is disconnected. */
const STREAM_MAX_MS = 48 * 60 * 60_000;
/** Source: IVS user guide, troubleshooting: sessions are kept 60 days. */
const SESSION_KEPT_MS = 60 * 24 * 60 * 60_000;
/** Sessions that one round deletes. */
const PURGE_MAX = 1_000;

/** Ends streams that last too long and forgets sessions that are too old, once a minute. */
export class Housekeeping {
  readonly #store: Store<IvsTables>;
  readonly #live: LiveStreams;
  readonly #clock: Clock;
  readonly #rounds: Periodic;

  constructor(store: Store, live: LiveStreams, clock: Clock, log: Log) {
    this.#store = store.tables<IvsTables>();
    this.#live = live;
    this.#clock = clock;
    this.#rounds = new Periodic({
      everyMs: INTERVAL_MS,
      round: () => this.#run(),
      failed: (err) => log.error({ err }, "Housekeeping of streams failed"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #run(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const { streamName, createdAtMs } of await this.#live.engine.streams())
      if (nowMs - createdAtMs > STREAM_MAX_MS) await this.#live.engine.stopStream(streamName);
    await this.#purge(nowMs - SESSION_KEPT_MS);
    await forgetPlayback(nowMs, this.#store);
  }

  async #purge(beforeMs: number): Promise<void> {
    const old = await listSessionsEndedBefore(this.#store.db, beforeMs, PURGE_MAX);
    if (old.length > 0) await this.#store.transaction(({ db }) => deleteSessions(db, old));
  }
}
