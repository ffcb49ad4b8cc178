import { inBackground } from "./in-background.ts";
import { Periodic } from "./periodic.ts";
import { type Beating, SilenceWatch } from "./silence-watch.ts";

export interface LeaseOptions<Row extends Beating> {
  /** The interval in which the own rows are renewed and the others are looked at. */
  readonly beatMs: number;
  /** A row whose counter stands still for so long is ended. */
  readonly silenceMs: number;
  /** The ids of the rows that this process holds. */
  readonly own: () => readonly string[];
  /** Raises a row's counter. False: another process has ended it. */
  readonly renew: (id: string) => Promise<boolean>;
  /** Gives up what an own row stood for, or takes a new row. */
  readonly lost: (id: string) => Promise<void>;
  /** Every row that hasn't ended, whichever process holds it. */
  readonly rows: () => Promise<readonly Row[]>;
  /** Ends a silent row. False: its counter was raised since, or another process was first. */
  readonly end: (silent: Row) => Promise<boolean>;
  /**
   * Runs after each look, with the rows that this process has ended. It may take long: beats go on
   * meanwhile, and after it comes one more run for all looks since it began.
   */
  readonly looked: (ended: readonly Row[]) => Promise<void>;
  /** Gets the error of a beat, or of what followed a look; the next one comes all the same. */
  readonly failed: (error: unknown) => void;
}

/**
 * Rows that a process holds as long as it raises their counters, and its look at the others': the
 * first process that finds one silent ends it. No clocks are compared. The rows' service makes an
 * end safe: a process that lost a row finds that out at its next commit (docs/adr/0012).
 */
export class Lease<Row extends Beating> {
  readonly #options: LeaseOptions<Row>;
  readonly #silence: SilenceWatch;
  readonly #beats: Periodic;
  readonly #followed: Periodic;
  /** Rows that were ended since `looked` ran last. */
  #ended: Row[] = [];

  constructor(options: LeaseOptions<Row>) {
    const { beatMs, silenceMs, failed } = options;
    this.#options = options;
    this.#silence = new SilenceWatch(beatMs, silenceMs);
    this.#beats = new Periodic({ everyMs: beatMs, round: () => this.#beat(), failed });
    this.#followed = new Periodic({ round: () => this.#follow(), failed });
  }

  start(): void {
    this.#silence.begin();
    this.#followed.start();
    this.#beats.start();
  }

  /**
   * Resolves when the beat that is under way has ended, and what followed the last look. The own
   * rows are their owner's to end.
   */
  async close(): Promise<void> {
    await this.#beats.close();
    await this.#followed.close();
  }

  async #beat(): Promise<void> {
    const { own, renew, lost, rows, end } = this.#options;
    for (const id of own()) if (!(await renew(id))) await lost(id);
    const all = await rows();
    const held = new Set(own());
    for (const row of this.#silence.look(all.filter(({ id }) => !held.has(id))))
      if (await end(row)) this.#ended.push(row);
    inBackground(this.#followed.wake());
  }

  #follow(): Promise<void> {
    const ended = this.#ended;
    this.#ended = [];
    return this.#options.looked(ended);
  }
}
