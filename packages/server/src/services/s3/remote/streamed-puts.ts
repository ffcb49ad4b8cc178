import type { Log } from "../../../kernel/ports/log.ts";
import type { OpenRequest } from "./store-connections.ts";
import { type PutOutcome, StreamedPut } from "./streamed-put.ts";
import type { TurnQueue } from "./turn-queue.ts";

/** The share of all turns that bodies may have while they come: their clients may be slow. */
const SHARE_MAX = 0.5;

export interface StreamedPutsOptions {
  readonly turns: TurnQueue;
  /** Turns that there are. */
  readonly concurrency: number;
  readonly log: Log;
  readonly place: string;
  readonly onOver: (outcome: PutOutcome) => void;
}

/** Bodies that are sent to the store while they come. */
export class StreamedPuts {
  readonly #options: StreamedPutsOptions;
  #underWay = 0;
  /** The store's entity tags, as far as they were compared. */
  #tags: "unknown" | "md5s" | "others" = "unknown";

  constructor(options: StreamedPutsOptions) {
    this.#options = options;
  }

  /**
   * Whether another may begin. One of which the bytes aren't kept can't be sent again, so entity
   * tags must be known as MD5s then.
   */
  mayBegin(keepsBytes: boolean): boolean {
    if (this.#tags === "others" || (!keepsBytes && this.#tags === "unknown")) return false;
    return this.#underWay < Math.floor(this.#options.concurrency * SHARE_MAX);
  }

  /** Undefined while it would take a turn from requests that have all they need. */
  begin(open: () => OpenRequest, bodyMsMax: number | undefined): StreamedPut | undefined {
    const { turns, onOver } = this.#options;
    if (!turns.tryTake()) return undefined;
    this.#underWay++;
    return new StreamedPut(open(), bodyMsMax, (outcome) => {
      this.#underWay--;
      turns.giveBack();
      onOver(outcome);
    });
  }

  /** The entity tag of a body was its MD5. */
  noteMd5(): void {
    if (this.#tags === "unknown") this.#tags = "md5s";
  }

  /** One wasn't, for whatever reason. */
  noteDoubt(): void {
    if (this.#tags === "md5s") this.#tags = "unknown";
  }

  /** The entity tag of an object that the store has compared with its MD5 is another value. */
  noteOthers(): void {
    if (this.#tags === "others") return;
    this.#tags = "others";
    const message =
      "The store's entity tags aren't MD5s: bodies are gathered before they are sent.";
    this.#options.log.info({ store: this.#options.place }, message);
  }
}
