import type { MediaEvent, PublishDecision, PublishRequest } from "@rolecast/media";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after } from "../../../kernel/work/timers.ts";

/** Two groups of commits: one gathers while the other is written. */
const AT_ONCE_MAX = 128;
/**
 * An encoder waits this long for its turn. Those made with librtmp give up after 30 s, and proxies
 * of HTTP after a minute.
 */
const PATIENCE_MS = 45_000;
/** An encoder that was let in begins its stream within moments, or never. */
const BEGINNING_MS = 5_000;
/** The memory of one that waits, beside its connection and the text of its request. */
const WAITING_BYTES = 2_048;
/** The memory of all that wait: about 8,000. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

const TOO_MANY =
  "more streams are beginning at this node than it can begin now; connect again in a few seconds";
const LEFT = "the encoder has left";

export interface PublishTurnsOptions {
  /** Whether the stream is live here: then another publisher contends for it, and begins none. */
  readonly isLive: (streamName: string) => boolean;
  readonly atOnceMax?: number;
  readonly patienceMs?: number;
  readonly bytesMax?: number;
}

interface Waiting {
  readonly bytes: number;
  readonly go: (refusal?: string) => void;
}

/**
 * Lets encoders in one after the other where many come at once, as after the restart of a node
 * or of a load balancer: as fast as the database takes their streams' rows. Those whose turn it
 * isn't wait in their handshake, before anything is asked about them.
 */
export class PublishTurns {
  readonly #options: PublishTurnsOptions;
  readonly #atOnceMax: number;
  #taken = 0;
  /** By connection, in the order in which they came. */
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  /** Ends the turns of encoders that were let in, by stream and by connection. */
  readonly #beginning = new Map<string, () => void>();

  constructor(options: PublishTurnsOptions) {
    this.#options = options;
    this.#atOnceMax = options.atOnceMax ?? AT_ONCE_MAX;
  }

  /** Decides when it is the encoder's turn, which lasts until its stream's rows are written. */
  async decide(
    request: PublishRequest,
    decision: () => Promise<PublishDecision>,
  ): Promise<PublishDecision> {
    const refusal = await this.#turn(request);
    if (refusal !== undefined) return { allow: false, reason: refusal };
    let isBeginning = false;
    try {
      const decided = await decision();
      if (decided.allow && !("forward" in decided) && !this.#options.isLive(decided.streamName)) {
        isBeginning = true;
        this.#holdFor(decided.streamId, request.connectionId);
      }
      return decided;
    } finally {
      if (!isBeginning) this.#next();
    }
  }

  /** An encoder that has left gives its place to the next one. */
  note(event: MediaEvent): void {
    if (event.type !== "publish-refused") return;
    this.#waiting.get(event.connectionId)?.go(LEFT);
    this.#beginning.get(event.connectionId)?.();
  }

  /** A stream has begun; its rows are written when `opened` settles. */
  began(streamId: string, opened: Promise<unknown>): void {
    const end = this.#beginning.get(streamId);
    if (end) inBackground(opened.then(end, end));
  }

  /** Resolves when it is its turn, or to why it has none. */
  #turn({ connectionId, name }: PublishRequest): Promise<string | undefined> {
    if (this.#taken < this.#atOnceMax) {
      this.#taken += 1;
      return Promise.resolve(undefined);
    }
    const { patienceMs = PATIENCE_MS, bytesMax = WAITING_BYTES_MAX } = this.#options;
    const bytes = WAITING_BYTES + 2 * name.length;
    if (this.#waitingBytes + bytes > bytesMax) return Promise.resolve(TOO_MANY);
    return new Promise((resolve) => {
      const callOff = after(patienceMs, () => go(TOO_MANY));
      const go = (refusal?: string) => {
        callOff();
        this.#waiting.delete(connectionId);
        this.#waitingBytes -= bytes;
        resolve(refusal);
      };
      this.#waiting.set(connectionId, { bytes, go });
      this.#waitingBytes += bytes;
    });
  }

  #holdFor(streamId: string, connectionId: string): void {
    const end = () => {
      callOff();
      if (!this.#beginning.delete(streamId)) return;
      this.#beginning.delete(connectionId);
      this.#next();
    };
    const callOff = after(BEGINNING_MS, end);
    this.#beginning.set(streamId, end);
    this.#beginning.set(connectionId, end);
  }

  /** A turn is over: the encoder that has waited longest has it now. */
  #next(): void {
    const [next] = this.#waiting.values();
    if (next) next.go();
    else this.#taken -= 1;
  }
}
