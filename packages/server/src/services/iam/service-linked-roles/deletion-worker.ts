import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/log.ts";
import type { Store } from "../../../kernel/store.ts";
import type { Generations } from "../generations.ts";
import { abandonDeletion, decideDeletion } from "./deletion-decision.ts";
import { type DeletionTask, findPendingTask, markInProgress } from "./deletion-tasks.ts";
import type { LinkedServices } from "./linked-services.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";

/** After the database itself failed, the tasks are looked at again this much later. */
const RETRY_DELAY_MS = 1000;

export interface DeletionWorkerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly generations: Generations;
  readonly services: LinkedServices;
}

/**
 * Works through the deletion tasks, one after the other. The tasks are rows, so whatever a process
 * leaves behind is taken up by the next one's `start`.
 */
export class DeletionWorker {
  readonly #deps: DeletionWorkerDependencies;
  readonly #store: Store<ServiceLinkedRoleTables>;
  #state: "idle" | "started" | "closed" = "idle";
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(deps: DeletionWorkerDependencies) {
    this.#deps = deps;
    this.#store = deps.store.tables<ServiceLinkedRoleTables>();
  }

  /** Takes up what is pending. Returns at once. */
  start(): void {
    this.#state = "started";
    this.wake();
  }

  /** There is a new task. Nothing happens before `start` or after `close`. */
  wake(): void {
    if (this.#state !== "started") return;
    if (this.#running) {
      this.#wokenMeanwhile = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#wokenMeanwhile) return;
      this.#wokenMeanwhile = false;
      this.wake();
    });
  }

  /** Ends after the step that is under way; tasks that are left stay pending. */
  async close(): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#retry);
    await this.#running;
  }

  /** Takes one task one step further. False when none is pending. */
  async step(): Promise<boolean> {
    const task = await findPendingTask(this.#store.db);
    if (!task) return false;
    if (task.status === "NOT_STARTED") await this.#begin(task);
    else await this.#decide(task);
    return true;
  }

  async #run(): Promise<void> {
    try {
      while (this.#state === "started" && (await this.step())) {
        // Each step is a transaction of its own: requests get their turn between two of them.
      }
    } catch (error) {
      this.#deps.log.error({ err: error }, "A step of deleting a service-linked role failed.");
      this.#retry = setTimeout(() => this.wake(), RETRY_DELAY_MS);
      this.#retry.unref();
    }
  }

  #begin(task: DeletionTask): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    return this.#store.transaction(({ db }) => markInProgress(db, task.task_id, nowMs));
  }

  async #decide(task: DeletionTask): Promise<void> {
    const { clock, generations, log, services } = this.#deps;
    try {
      await this.#store.transaction(async (tx) => {
        generations.bumpAfterCommit(tx.tables(), task.account_id);
        await decideDeletion(task, { services, nowMs: clock.nowMs(), tx });
      });
    } catch (error) {
      const { task_id: taskId, service_principal: service } = task;
      log.error({ err: error, taskId, service }, "A service-linked role's usage is unknown.");
      // If this fails as well it is the database that fails, and the task is tried again.
      await this.#store.transaction((tx) => abandonDeletion(task, clock.nowMs(), tx));
    }
  }
}
