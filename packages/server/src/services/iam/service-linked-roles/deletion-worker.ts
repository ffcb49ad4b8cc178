import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { OutsideService } from "../../../kernel/ports/linked-services.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../../kernel/store.ts";
import type { Generations } from "../changes/generations.ts";
import { abandonDeletion, decideDeletion } from "./deletion-decision.ts";
import {
  claimTask,
  type DeletionTask,
  findPendingTask,
  findTask,
  type Worker,
} from "./deletion-tasks.ts";
import type { LinkedServices } from "./linked-services.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";
import { askUsage } from "./usage-endpoint.ts";

/** After the database itself failed, the tasks are looked at again this much later. */
const RETRY_DELAY_MS = 1000;
/** Outside services that are asked at the same time; the other tasks wait for one of them. */
const ASKED_AT_ONCE_MAX = 16;
/** Who asks nobody outside decides within milliseconds; a node that died holds a task so long. */
const LEASE_MS = 10_000;
/** Where other nodes may die, their tasks are looked for this often. */
const LOOK_INTERVAL_MS = 5_000;

export interface DeletionWorkerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly generations: Generations;
  readonly services: LinkedServices;
  /**
   * A new task stays pending so long where nothing else is at work, as one of AWS's does for seconds: whoever asks for the
   * same deletion twice in a row is given the same task. A worker that is under way, or another node's look, takes it up
   * sooner.
   */
  readonly roleDeletionDelayMs: number;
}

/**
 * Works through the deletion tasks, one after the other. The tasks are rows, so whatever a process
 * leaves behind is taken up by the next one's `start`; of several nodes, one works on a task as
 * long as its lease lasts, and then another takes it up.
 */
export class DeletionWorker {
  readonly #deps: DeletionWorkerDependencies;
  readonly #store: Store<ServiceLinkedRoleTables>;
  #state: "idle" | "started" | "closed" = "idle";
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #later: NodeJS.Timeout | undefined;
  /** The tasks whose outside service is being asked. */
  readonly #asking = new Map<string, Promise<void>>();
  #closing = new AbortController();
  readonly #owner: string;
  #look: NodeJS.Timeout | undefined;

  constructor(deps: DeletionWorkerDependencies) {
    this.#deps = deps;
    // Alone with its database, a process goes on at once with what the one before it had begun.
    this.#owner = deps.store.shared ? deps.ids.uuid() : "alone";
    this.#store = deps.store.tables<ServiceLinkedRoleTables>();
  }

  /** Takes up what is pending. Returns at once. */
  start(): void {
    this.#state = "started";
    this.#closing = new AbortController();
    if (this.#deps.store.shared)
      this.#look = setInterval(() => this.wake(), LOOK_INTERVAL_MS).unref();
    this.wake();
  }

  /** There is a new task: wakes after the delay. Nothing happens before `start` or after `close`. */
  wakeSoon(): void {
    this.#wakeIn(this.#deps.roleDeletionDelayMs);
  }

  #wakeIn(delayMs: number): void {
    if (this.#state !== "started") return;
    // One wake is enough for all: it works until none is left.
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.wake();
    }, delayMs).unref();
  }

  /** Works until nothing is pending, at once, whatever the tasks' age. */
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
    clearTimeout(this.#later);
    this.#later = undefined;
    clearInterval(this.#look);
    this.#closing.abort();
    await this.#running;
    await Promise.all(this.#asking.values());
  }

  /** Takes one task one step further. False when none is pending. */
  async step(): Promise<boolean> {
    if (this.#asking.size >= ASKED_AT_ONCE_MAX) await Promise.race(this.#asking.values());
    const task = await findPendingTask(this.#store.db, this.#worker(), [...this.#asking.keys()]);
    if (!task) return false;
    const outside = this.#deps.services.outside(task.service_principal);
    const begun = task.status === "IN_PROGRESS" && task.lease_owner === this.#owner;
    if ((!begun || outside) && !(await this.#claim(task, outside))) return true;
    // It shows as IN_PROGRESS before it is decided, which is the next step.
    if (task.status === "NOT_STARTED") return true;
    if (outside) this.#ask(task, outside);
    else await this.#decide(task);
    return true;
  }

  #claim(task: DeletionTask, outside: OutsideService | undefined): Promise<boolean> {
    const leaseMs = LEASE_MS + (outside?.usage.deadlineMs ?? 0);
    return this.#store.transaction(({ db }) =>
      claimTask(db, task.task_id, this.#worker(), leaseMs),
    );
  }

  /** Runs the end of a task, unless another node has taken it up because ours took too long. */
  #finish(
    task: DeletionTask,
    run: (tx: Transaction<ServiceLinkedRoleTables>, nowMs: number) => Promise<void>,
  ): Promise<void> {
    return this.#store.transaction(async (tx) => {
      await this.#deps.generations.bump(tx, task.account_id);
      const current = await findTask(tx.db, task.account_id, task.task_id);
      if (current?.lease_owner !== this.#owner) return;
      await run(tx, this.#deps.clock.nowMs());
    });
  }

  #worker(): Worker {
    return { owner: this.#owner, nowMs: this.#deps.clock.nowMs() };
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
    this.#wakeIn(RETRY_DELAY_MS);
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
    const role = { accountId: task.account_id, roleName: task.role_name };
    const answer = await askUsage(service, role, this.#closing.signal);
    await this.#finish(task, (tx, nowMs) =>
      answer.unknown === undefined
        ? decideDeletion(task, { findUsage: () => answer.usages, nowMs, tx })
        : abandonDeletion(task, answer.unknown, nowMs, tx),
    );
  }

  async #decide(task: DeletionTask): Promise<void> {
    const { log, services } = this.#deps;
    const { task_id: taskId, service_principal: service } = task;
    try {
      await this.#finish(task, (tx, nowMs) => {
        if (!services.isKnown(service))
          return abandonDeletion(task, noLongerRegistered(task), nowMs, tx);
        const findUsage = (inside: Transaction) =>
          services.findUsage(service, task.account_id, inside);
        return decideDeletion(task, { findUsage, nowMs, tx });
      });
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      log.error({ err: error, taskId, service }, "A service-linked role's usage is unknown.");
      // If this fails as well it is the database that fails, and the task is tried again.
      await this.#finish(task, (tx, nowMs) => abandonDeletion(task, usageUnknown(task), nowMs, tx));
    }
  }
}

function usageUnknown({ service_principal: service, role_name: name }: DeletionTask): string {
  return `${service} could not tell whether the role ${name} is in use. Try again later.`;
}

function noLongerRegistered({ service_principal: service, role_name: name }: DeletionTask): string {
  return `Nobody can tell whether the role ${name} is in use: the setting linkedServices names ${service} no more.`;
}
