import { type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import type { GenerationDependencies } from "../dependencies.ts";
import { endGeneration, GENERATION_JOBS } from "../rows/generations.ts";
import type { AccessAnalyzerTables, GenerationRow } from "../tables.ts";
import { JobFailure } from "./job-error.ts";

/** Jobs of several accounts under way at the same time. */
const AT_ONCE_MAX = 2;
/** A job reads at most 25 GB of log files; a dead node keeps it this long. */
const LEASE_MS = 60 * 60_000;
const LOOK_INTERVAL_MS = 30_000;

/** Works through the jobs of policy generation; a crash leaves them to the next process. */
export class GenerationWorker {
  readonly #deps: GenerationDependencies;
  readonly #queue: TaskQueue<GenerationRow>;

  constructor(deps: GenerationDependencies) {
    const { store, clock, log } = deps;
    this.#deps = deps;
    this.#queue = new TaskQueue({
      store,
      clock,
      table: GENERATION_JOBS,
      // Alone with its database, a process goes on at once with what the one before it had begun.
      atOnceMax: AT_ONCE_MAX,
      leaseMs: () => LEASE_MS,
      ...(store.shared ? { lookEveryMs: LOOK_INTERVAL_MS } : {}),
      run: (task) => this.#work(task),
      giveUp: (task) => this.#fail(task, "SERVICE_ERROR", "The policy couldn't be generated."),
      failed: (err, row) => log.error({ err, jobId: row?.job_id }, "A policy wasn't generated."),
    });
  }

  start(): void {
    this.#queue.start();
  }

  wake(): void {
    this.#queue.wake();
  }

  /** Leaves further work to other nodes. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #work(task: HeldTask<GenerationRow>): Promise<void> {
    const { row } = task;
    try {
      const actions = await (await import("./generation-job.ts")).actionsOf(
        row,
        task.closing,
        this.#deps,
      );
      await this.#end(task, { status: "SUCCEEDED", result: JSON.stringify(actions), error: null });
    } catch (error) {
      if (!(error instanceof JobFailure) || task.closing.aborted) throw error;
      await this.#fail(task, error.code, error.message);
    }
  }

  #fail(task: HeldTask<GenerationRow>, code: JobFailure["code"], message: string): Promise<void> {
    const error = JSON.stringify({ code, message });
    return this.#end(task, { status: "FAILED", result: null, error });
  }

  async #end(
    task: HeldTask<GenerationRow>,
    end: Pick<GenerationRow, "status" | "result" | "error">,
  ): Promise<void> {
    await task.finish((tx, completed_ms) =>
      endGeneration(
        task.row.job_id,
        { ...end, completed_ms },
        tx.tables<AccessAnalyzerTables>().db,
      ),
    );
  }
}
