import { AwaitedEnds } from "../../../kernel/work/awaited-ends.ts";
import { type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { OPERATIONS } from "../rows/operations.ts";
import type { OperationRow } from "../tables.ts";

/** This many stacks are at work at the same time. */
const AT_ONCE_MAX = 16;
/** A node that died keeps its operations this long. */
const LEASE_MS = 10_000;
/** An operation is given back, and claimed again, after this much work: its lease goes on. */
const SLICE_MS = 3_000;
/** Turns of the event loop between steps: a request that waits takes as many. */
const TURNS_PER_STEP = 6;
/** On a shared database, the operations of nodes that died are looked for this often. */
const LOOK_INTERVAL_MS = 2_000;

type WorkerDependencies = Pick<EngineDependencies, "store" | "clock" | "log" | "ids" | "events">;

export interface WorkerOptions {
  /** Commits until an operation is given back; for tests that stop between every two of them. */
  readonly stepsMax?: number;
}

/**
 * Works through the operations of all stacks, each step one transaction. The engine that does the
 * steps is loaded with the first operation.
 */
export class OperationWorker {
  readonly #deps: WorkerDependencies;
  readonly #engine: () => Promise<EngineDependencies>;
  readonly #queue: TaskQueue<OperationRow>;
  readonly #stepsMax: number;
  readonly #ends = new AwaitedEnds();

  constructor(
    deps: WorkerDependencies,
    engine: () => Promise<EngineDependencies>,
    { stepsMax = Number.POSITIVE_INFINITY }: WorkerOptions = {},
  ) {
    const { store, clock, log } = deps;
    this.#deps = deps;
    this.#engine = engine;
    this.#stepsMax = stepsMax;
    this.#queue = new TaskQueue({
      store,
      clock,
      table: OPERATIONS,
      atOnceMax: AT_ONCE_MAX,
      leaseMs: () => LEASE_MS,
      ...(store.shared ? { lookEveryMs: LOOK_INTERVAL_MS } : {}),
      run: (task) => this.#work(task),
      giveUp: (task) => this.#giveUp(task),
      failed: (err, row) =>
        log.error({ err, operationId: row?.operation_id }, "A step of a stack's operation failed."),
    });
  }

  start(): void {
    this.#queue.start();
  }

  wake(): void {
    this.#queue.wake();
  }

  /** Leaves further steps to other nodes. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  close(): Promise<void> {
    this.#ends.close();
    return this.#queue.close();
  }

  /** Takes an operation one step further. False when none is pending. */
  step(): Promise<boolean> {
    return this.#queue.step();
  }

  /** Wakes the worker and resolves when the operation has ended, at the latest after `ms`. */
  async settled(operationId: string, ms: number): Promise<void> {
    await this.#ends.within(operationId, ms, () => {
      this.wake();
      return true;
    });
  }

  async #work(task: HeldTask<OperationRow>): Promise<void> {
    const [deps, { Run, LeaseLostError }, { advanceOf }] = await Promise.all([
      this.#engine(),
      import("./run.ts"),
      import("./advance.ts"),
    ]);
    const { clock } = this.#deps;
    try {
      const run = await Run.load(deps, task);
      const endMs = clock.nowMs() + SLICE_MS;
      for (;;) {
        if (task.closing.aborted || run.commits >= this.#stepsMax || run.nowMs >= endMs)
          return this.#giveBack(task, 0);
        const advance = await advanceOf(run);
        for (let turn = 0; turn < TURNS_PER_STEP; turn++) await nextTurn();
        if (advance.kind === "ended") return this.#ends.end(task.row.operation_id);
        if (advance.kind === "wait") return this.#giveBack(task, advance.ms);
      }
    } catch (error) {
      // Whoever has it now goes on from the rows.
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }

  async #giveUp(task: HeldTask<OperationRow>): Promise<void> {
    const { endAsFailed } = await import("./end-as-failed.ts");
    await endAsFailed(task, this.#deps);
    this.#ends.end(task.row.operation_id);
  }

  async #giveBack(task: HeldTask<OperationRow>, ms: number): Promise<void> {
    await task.retryIn(ms);
    this.#queue.wakeIn(ms);
  }
}
