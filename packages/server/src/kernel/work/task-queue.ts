import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Clock } from "../clock.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../store.ts";
import { inBackground } from "./in-background.ts";
import { Periodic } from "./periodic.ts";
import { type Asking, TaskRows, type TaskTable } from "./task-table.ts";
import { after } from "./timers.ts";

/** After a first failure; doubled with each further one. */
const BACKOFF_MS_MIN = 1_000;
const BACKOFF_MS_MAX = 5 * 60_000;
/**
 * A task that failed unexpectedly, or whose process died, in so many starts one after the other is
 * ended as failed: by then 15 s of pauses have let whatever passes pass, and a machine that is
 * switched off or updated interrupts a task once or twice.
 */
const FAILED_STARTS_MAX = 5;
/** Every process that is alone with its database: what the one before it held is the next one's. */
const ALONE = "alone";
/** A share of the interval, so that several nodes don't all look at once. */
const LOOK_JITTER = 0.2;

/** Returns the pause before the next try of a task that has failed `attempts` times before. */
export function backoffMs(attempts: number): number {
  return Math.min(BACKOFF_MS_MIN * 2 ** Math.min(attempts, 20), BACKOFF_MS_MAX);
}

/** A task that this process holds, and the only ways to end that. */
export interface HeldTask<Row> {
  readonly row: Row;
  /** Aborts when the queue closes. */
  readonly closing: AbortSignal;
  /**
   * Runs `end` in a transaction that also proves that this process still holds the task: what it
   * changes happens once. `end` changes the row so that the task isn't pending. False, and nothing
   * changes: the lease ended meanwhile, and the task is another process's.
   */
  finish(end: (tx: Transaction, nowMs: number) => Promise<void>): Promise<boolean>;
  /** The task is done: removes its row. */
  remove(): Promise<boolean>;
  /** Gives the task back, to be tried again in `ms`. */
  retryIn(ms: number): Promise<boolean>;
}

export interface TaskQueueOptions<Row> {
  readonly store: Store;
  readonly clock: Clock;
  readonly table: TaskTable<Row>;
  /** This process among those that share the database. Default: a name that no other one has. */
  readonly owner?: string;
  /** Tasks that run at the same time. */
  readonly atOnceMax: number;
  /** Longer than a task takes: then its process is gone, and another one takes it up. */
  readonly leaseMs: (row: Row) => number;
  /** The interval of looks for tasks that no wake announces: due later, or another process's. */
  readonly lookEveryMs?: number;
  /** Further columns that change with the claim. */
  readonly claimed?: (nowMs: number) => Partial<Row>;
  /**
   * Does a task, and ends it by one of the ways of `HeldTask`. If it rejects, the task is tried
   * again later, and later still after each further failure.
   */
  readonly run: (task: HeldTask<Row>) => Promise<void>;
  /**
   * Ends a task as failed whose starts ended in rejections, or with their process. It does as
   * little as it can, so that what went wrong doesn't again.
   */
  readonly giveUp: (task: HeldTask<Row>) => Promise<void>;
  /** Gets the error of a task's run, or of a look without a row. */
  readonly failed: (error: unknown, row: Row | undefined) => void;
}

interface Claimed<Row> {
  readonly id: string;
  readonly row: Row;
  readonly untilMs: number;
}

/**
 * Works through tasks that are rows of a service's table. A task that a process left unfinished is
 * taken up by the next process, or by another node when the lease has ended; one that failed is
 * tried again with growing pauses. A task may run twice, where a process lost its lease, but its
 * `finish` commits once.
 */
export class TaskQueue<Row> {
  readonly #options: TaskQueueOptions<Row>;
  readonly #owner: string;
  readonly #rows: TaskRows<Row>;
  readonly #looks: Periodic;
  /** Tasks that this process holds, or that rest after a failure. */
  readonly #busy = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  /** Claimed by a step, for the next step to run. */
  readonly #claimed: Claimed<Row>[] = [];
  #closing = closingOf();
  /** The last look took as many as there was room for. */
  #isMore = false;

  constructor(options: TaskQueueOptions<Row>) {
    const { store, table, lookEveryMs, failed } = options;
    this.#options = options;
    this.#owner = options.owner ?? (store.shared ? randomUUID() : ALONE);
    this.#rows = new TaskRows(table);
    this.#looks = new Periodic({
      ...(lookEveryMs === undefined ? {} : { everyMs: lookEveryMs }),
      jitter: store.shared ? LOOK_JITTER : 0,
      round: (closing) => this.#look(closing),
      failed: (error) => {
        failed(error, undefined);
        this.#looks.wakeIn(BACKOFF_MS_MIN);
      },
    });
  }

  /** Takes up what is pending. Returns at once. */
  start(): void {
    this.#closing = closingOf();
    this.#looks.start();
    this.wake();
  }

  /** There may be a task that is due. */
  wake(): void {
    inBackground(this.#looks.wake());
  }

  /** There is a task that may wait so long. */
  wakeIn(ms: number): void {
    this.#looks.wakeIn(ms);
  }

  /** Leaves further tasks to the other nodes, where there may be any; those that run go on. */
  async drain(): Promise<void> {
    if (this.#options.store.shared) await this.#looks.close();
  }

  /** Resolves when the tasks that run have ended; the others stay pending. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#looks.close();
    await Promise.all(this.#running);
  }

  /**
   * Claims the next task, or runs the one that the last step claimed, for tests that choose the
   * order themselves. False when there is neither.
   */
  async step(): Promise<boolean> {
    const claimed = this.#claimed.shift();
    if (claimed) {
      await this.#run(claimed);
      return true;
    }
    const [row] = await this.#due(1, this.#asking());
    if (row === undefined) return false;
    const next = await this.#claim(row);
    if (next) this.#claimed.push(next);
    return true;
  }

  async #look(closing: AbortSignal): Promise<void> {
    const room = this.#options.atOnceMax - this.#running.size;
    const asking = this.#asking();
    const rows = room > 0 ? await this.#due(room, asking) : [];
    this.#isMore = rows.length >= room;
    for (const row of rows) {
      if (closing.aborted) return;
      const claimed = await this.#claim(row);
      if (!claimed) continue;
      const running = this.#run(claimed).finally(() => {
        this.#running.delete(running);
        if (this.#isMore) this.wake();
      });
      this.#running.add(running);
    }
    await this.#wakeForNext(asking);
  }

  /**
   * A task of later than the look is begun in time, also when the wake for an earlier one was all
   * there was. Its moment is the look's own: what came due since then was not among its rows.
   */
  async #wakeForNext(asking: Asking): Promise<void> {
    const { store, clock, lookEveryMs } = this.#options;
    if (lookEveryMs !== undefined) return;
    const next = await this.#rows.nextDueMs(store.db, asking);
    if (next !== undefined) this.wakeIn(Math.max(0, next - clock.nowMs()));
  }

  async #due(limit: number, asking: Asking): Promise<readonly Row[]> {
    // What this process holds is free to its owner.
    const room = limit + this.#busy.size;
    const rows = await this.#rows.due(this.#options.store.db, asking, room);
    return rows.filter((row) => !this.#busy.has(this.#idOf(row))).slice(0, limit);
  }

  async #claim(row: Row): Promise<Claimed<Row> | undefined> {
    const { store, leaseMs, table, claimed = () => ({}) } = this.#options;
    const id = this.#idOf(row);
    if (this.#busy.has(id)) return undefined;
    this.#busy.add(id);
    const asking = this.#asking();
    const untilMs = asking.nowMs + leaseMs(row);
    try {
      // Its last holder gave it back, unless it ended with its process.
      const isLeft = Number(row[table.leasedUntilMs] ?? 0) > 0;
      const count = { [table.failedStarts]: this.#failedStartsOf(row) + (isLeft ? 1 : 0) };
      const further = { ...claimed(asking.nowMs), ...count } as Partial<Row>;
      const isOurs = await store.transaction(({ db }) =>
        this.#rows.claim(db, row, asking, untilMs, further),
      );
      if (isOurs) return { id, row: { ...row, ...count }, untilMs };
      this.#busy.delete(id);
      return undefined;
    } catch (error) {
      this.#busy.delete(id);
      throw error;
    }
  }

  /** Never rejects. */
  async #run(claimed: Claimed<Row>): Promise<void> {
    const { run, giveUp, failed } = this.#options;
    const { id, row } = claimed;
    const isGivenUp = this.#failedStartsOf(row) >= FAILED_STARTS_MAX;
    try {
      await (isGivenUp ? giveUp : run)(this.#held(claimed));
      this.#busy.delete(id);
    } catch (error) {
      if (this.#closing.signal.aborted) return this.#leave(claimed);
      failed(error, row);
      // The database fails, not the task.
      const isTasks = !(error instanceof StoreUnavailableError);
      await this.#retryFailed(claimed, this.#failedStartsOf(row) + (isTasks ? 1 : 0));
    }
  }

  /** A task that ends with the process stays as it was: the next process takes it up. */
  async #leave({ id, row, untilMs }: Claimed<Row>): Promise<void> {
    const { store, clock, table, failed } = this.#options;
    const dueMs = table.dueMs ? Number(row[table.dueMs]) : clock.nowMs();
    const as = { dueMs, attempts: this.#attemptsOf(row), failedStarts: this.#failedStartsOf(row) };
    try {
      await store.transaction(({ db }) => this.#rows.giveBack(db, id, untilMs, as));
    } catch (error) {
      failed(error, row);
    }
    this.#busy.delete(id);
  }

  async #retryFailed(claimed: Claimed<Row>, failedStarts: number): Promise<void> {
    const { store, clock, giveUp, failed } = this.#options;
    const { id, row, untilMs } = claimed;
    const ms = backoffMs(Math.max(this.#attemptsOf(row), failedStarts - 1));
    try {
      if (failedStarts === FAILED_STARTS_MAX) {
        await giveUp(this.#held(claimed));
        this.#busy.delete(id);
        return;
      }
      const again = {
        dueMs: clock.nowMs() + ms,
        attempts: this.#attemptsOf(row) + 1,
        failedStarts,
      };
      await store.transaction(({ db }) => this.#rows.giveBack(db, id, untilMs, again));
    } catch (error) {
      // The database fails as well; the lease ends all the same.
      failed(error, row);
    }
    after(ms, () => {
      this.#busy.delete(id);
      this.wake();
    });
  }

  #held({ id, row, untilMs }: Claimed<Row>): HeldTask<Row> {
    const { store, clock } = this.#options;
    const finish: HeldTask<Row>["finish"] = (end) =>
      store.transaction(async (tx) => {
        if (!(await this.#rows.isHeld(tx.db, id, untilMs))) return false;
        await end(tx, clock.nowMs());
        return true;
      });
    return {
      row,
      closing: this.#closing.signal,
      finish,
      remove: () => store.transaction(({ db }) => this.#rows.remove(db, id, untilMs)),
      retryIn: (ms) =>
        store.transaction(({ db }) => {
          const attempts = this.#attemptsOf(row) + 1;
          const again = { dueMs: clock.nowMs() + ms, attempts, failedStarts: 0 };
          return this.#rows.giveBack(db, id, untilMs, again);
        }),
    };
  }

  #asking(): Asking {
    return { owner: this.#owner, nowMs: this.#options.clock.nowMs() };
  }

  #idOf(row: Row): string {
    return String(row[this.#options.table.id]);
  }

  #failedStartsOf(row: Row): number {
    return Number(row[this.#options.table.failedStarts]);
  }

  #attemptsOf(row: Row): number {
    const { attempts } = this.#options.table;
    return attempts ? Number(row[attempts]) : 0;
  }
}

/** Every task that runs may listen. */
function closingOf(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
