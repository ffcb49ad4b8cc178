import type { MediaEngine, MediaEvent } from "@rolecast/media";
import type { Log } from "../../../kernel/ports/log.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { pause } from "../../../kernel/work/timers.ts";

/** A port that couldn't be opened again is tried this much later. */
const RETRY_MS = 1_000;
/** The streams of a node that drains are looked at this often. */
const LOOK_MS = 200;

export interface NodeAdmissionOptions {
  /** Streams that this node carries at the same time; undefined for no limit. */
  readonly streamsMax?: number | undefined;
  readonly engine: () => Pick<MediaEngine, "admitPublishers">;
  readonly log: Log;
}

/**
 * Whether this node takes new streams. While it doesn't, its engine turns encoders away before
 * their first word, so that a load balancer gives them to the next node (docs/adr/0040).
 */
export class NodeAdmission {
  readonly #options: NodeAdmissionOptions;
  /** Ids of the streams that haven't ended. */
  readonly #live = new Set<string>();
  readonly #doors: Periodic;
  #isDraining = false;
  /** The state of the engine's ports. */
  #areOpen = true;

  constructor(options: NodeAdmissionOptions) {
    this.#options = options;
    this.#doors = new Periodic({
      round: () => this.#setDoors(),
      failed: (err) => {
        options.log.error({ err }, "a port for encoders can't be opened again; it is tried again");
        this.#doors.wakeIn(RETRY_MS);
      },
    });
  }

  /** The engine has started, with its ports open. */
  start(): void {
    this.#areOpen = true;
    this.#doors.start();
    inBackground(this.#doors.wake());
  }

  async close(): Promise<void> {
    await this.#doors.close();
  }

  /** Why no new stream may begin here now; undefined: it may. */
  get refusal(): string | undefined {
    if (this.#isDraining) return "this node is drained; connect again to reach another one";
    const { streamsMax = Number.POSITIVE_INFINITY } = this.#options;
    return this.#live.size < streamsMax
      ? undefined
      : `this node carries its maximum of ${streamsMax} streams (maxStreams)`;
  }

  get facts() {
    const { streamsMax } = this.#options;
    return {
      admitting: Number(this.refusal === undefined),
      ...(streamsMax === undefined ? {} : { streamsMax }),
    };
  }

  note({ type, ...event }: MediaEvent): void {
    if (type !== "session-created" && type !== "session-ended") return;
    if (!("streamId" in event)) return;
    if (type === "session-created") this.#live.add(event.streamId);
    else this.#live.delete(event.streamId);
    if (this.#areOpen !== (this.refusal === undefined)) inBackground(this.#doors.wake());
  }

  /** Takes no new streams any more; resolves when the last one has ended. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#doors.wake();
    while (this.#live.size > 0) await pause(LOOK_MS, { background: true });
  }

  async #setDoors(): Promise<void> {
    const { engine, log, streamsMax } = this.#options;
    const isOpen = this.refusal === undefined;
    if (isOpen === this.#areOpen) return;
    await engine().admitPublishers(isOpen);
    this.#areOpen = isOpen;
    const facts = { streams: this.#live.size, streamsMax };
    log.info(
      facts,
      isOpen ? "this node takes new streams again" : "this node takes no new streams",
    );
    // It may have changed meanwhile.
    inBackground(this.#doors.wake());
  }
}
