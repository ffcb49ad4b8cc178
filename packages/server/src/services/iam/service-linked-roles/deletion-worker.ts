import type { Clock } from "../../../kernel/clock.ts";
import type { OutsideService } from "../../../kernel/linked-services.ts";
import type { Log } from "../../../kernel/log.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import type { Generations } from "../generations.ts";
import { abandonDeletion, decideDeletion } from "./deletion-decision.ts";
import { type DeletionTask, findPendingTask, markInProgress } from "./deletion-tasks.ts";
import type { LinkedServices } from "./linked-services.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";
import { askUsage } from "./usage-endpoint.ts";

/** After the database itself failed, the tasks are looked at again this much later. */
const RETRY_DELAY_MS = 1000;
/** Outside services that are asked at the same time; the other tasks wait for one of them. */
const ASKED_AT_ONCE_MAX = 16;

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
  /** The tasks whose outside service is being asked. */
  readonly #asking = new Map<string, Promise<void>>();
  #closing = new AbortController();

  constructor(deps: DeletionWorkerDependencies) {
    this.#deps = deps;
    this.#store = deps.store.tables<ServiceLinkedRoleTables>();
  }

  /** Takes up what is pending. Returns at once. */
  start(): void {
    this.#state = "started";
    this.#closing = new AbortController();
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
    this.#closing.abort();
    await this.#running;
    await Promise.all(this.#asking.values());
  }

  /** Takes one task one step further. False when none is pending. */
  async step(): Promise<boolean> {
    if (this.#asking.size >= ASKED_AT_ONCE_MAX) await Promise.race(this.#asking.values());
    const task = await findPendingTask(this.#store.db, [...this.#asking.keys()]);
    if (!task) return false;
    const outside = this.#deps.services.outside(task.service_principal);
    if (task.status === "NOT_STARTED") await this.#begin(task);
    else if (outside) this.#ask(task, outside);
    else await this.#decide(task);
    return true;
  }

  async #run(): Promise<void> {
    try {
      while (this.#state === "started" && (await this.step())) {
        // Each step is a transaction of its own: requests get their turn between two of them.
      }
    } catch (error) {
      this.#tryAgainLater(error);
    }
  }

  #tryAgainLater(error: unknown): void {
    this.#deps.log.error({ err: error }, "A step of deleting a service-linked role failed.");
    if (this.#state !== "started") return;
    this.#retry = setTimeout(() => this.wake(), RETRY_DELAY_MS);
    this.#retry.unref();
  }

  /** Other tasks go on meanwhile: an outside service may take its time. */
  #ask(task: DeletionTask, service: OutsideService): void {
    const { task_id: taskId } = task;
    const asking = this.#askAndDecide(task, service)
      .catch((error: unknown) => {
        // What is left stays pending: at the end of the process, or when the database fails.
        if (!this.#closing.signal.aborted) this.#tryAgainLater(error);
      })
      .finally(() => this.#asking.delete(taskId));
    this.#asking.set(taskId, asking);
  }

  /**
   * The role has had no new sessions since its deletion was asked for, so what its service answers
   * now holds until the decision (docs/adr/0006).
   */
  async #askAndDecide(task: DeletionTask, service: OutsideService): Promise<void> {
    const { clock, generations } = this.#deps;
    const role = { accountId: task.account_id, roleName: task.role_name };
    const answer = await askUsage(service, role, this.#closing.signal);
    await this.#store.transaction(async (tx) => {
      await generations.bump(tx, task.account_id);
      const nowMs = clock.nowMs();
      if (answer.unknown !== undefined) return abandonDeletion(task, answer.unknown, nowMs, tx);
      return decideDeletion(task, { findUsage: () => answer.usages, nowMs, tx });
    });
  }

  #begin(task: DeletionTask): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    return this.#store.transaction(({ db }) => markInProgress(db, task.task_id, nowMs));
  }

  async #decide(task: DeletionTask): Promise<void> {
    const { clock, generations, log, services } = this.#deps;
    const { task_id: taskId, service_principal: service } = task;
    try {
      await this.#store.transaction(async (tx) => {
        await generations.bump(tx, task.account_id);
        const nowMs = clock.nowMs();
        if (!services.isKnown(service))
          return abandonDeletion(task, noLongerRegistered(task), nowMs, tx);
        const findUsage = (inside: Transaction) =>
          services.findUsage(service, task.account_id, inside);
        return decideDeletion(task, { findUsage, nowMs, tx });
      });
    } catch (error) {
      log.error({ err: error, taskId, service }, "A service-linked role's usage is unknown.");
      // If this fails as well it is the database that fails, and the task is tried again.
      await this.#store.transaction((tx) =>
        abandonDeletion(task, usageUnknown(task), clock.nowMs(), tx),
      );
    }
  }
}

function usageUnknown({ service_principal: service, role_name: name }: DeletionTask): string {
  return `${service} could not tell whether the role ${name} is in use. Try again later.`;
}

function noLongerRegistered({ service_principal: service, role_name: name }: DeletionTask): string {
  return `Nobody can tell whether the role ${name} is in use: the setting linkedServices names ${service} no more.`;
}
