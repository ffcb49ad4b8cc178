import type { Clock } from "../../../kernel/clock.ts";
import type { OutsideService } from "../../../kernel/ports/linked-services.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../../kernel/store.ts";
import { type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import type { Generations } from "../changes/generations.ts";
import { abandonDeletion, decideDeletion } from "./deletion-decision.ts";
import { DELETION_TASKS, type DeletionTask } from "./deletion-tasks.ts";
import type { LinkedServices } from "./linked-services.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";
import { askUsage } from "./usage-endpoint.ts";

/** This many tasks are under way, and outside services asked, at the same time. */
const AT_ONCE_MAX = 16;
/**
 * A decision without an outside service takes milliseconds; a dead node keeps its task this long.
 */
const LEASE_MS = 10_000;
/** On a shared database, the tasks of nodes that died are looked for this often. */
const LOOK_INTERVAL_MS = 5_000;

export interface DeletionWorkerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly generations: Generations;
  readonly services: LinkedServices;
  /**
   * A new task stays pending this long while nothing else is at work, as one of AWS's does for
   * seconds: a caller that asks for the same deletion twice in a row gets the same task. A look for
   * another task, or another node's look, takes it up sooner.
   */
  readonly roleDeletionDelayMs: number;
}

/**
 * Works through the deletion tasks. Those of outside services wait for their answers side by side;
 * decisions are made one after the other.
 */
export class DeletionWorker {
  readonly #deps: DeletionWorkerDependencies;
  readonly #queue: TaskQueue<DeletionTask>;
  #lastDecision: Promise<unknown> = Promise.resolve();

  constructor(deps: DeletionWorkerDependencies) {
    const { store, clock, log, services } = deps;
    this.#deps = deps;
    this.#queue = new TaskQueue({
      store,
      clock,
      table: DELETION_TASKS,
      // Alone with its database, a process goes on at once with what the one before it had begun.
      atOnceMax: AT_ONCE_MAX,
      leaseMs: ({ service_principal: service }) =>
        LEASE_MS + (services.outside(service)?.usage.deadlineMs ?? 0),
      ...(store.shared ? { lookEveryMs: LOOK_INTERVAL_MS } : {}),
      // It shows as IN_PROGRESS before it is decided.
      claimed: (nowMs) => ({ status: "IN_PROGRESS", updated_ms: nowMs }),
      run: (task) => this.#work(task),
      giveUp: async (task) => {
        const { row } = task;
        await this.#decide(task, (tx, nowMs) => abandonDeletion(row, usageUnknown(row), nowMs, tx));
      },
      failed: (err, row) =>
        log.error(
          { err, taskId: row?.task_id },
          "A step of deleting a service-linked role failed.",
        ),
    });
  }

  /** Takes up what is pending. Returns at once. */
  start(): void {
    this.#queue.start();
  }

  /** Wakes the worker after the delay, for a new task; not before `start` nor after `close`. */
  wakeSoon(): void {
    this.#queue.wakeIn(this.#deps.roleDeletionDelayMs);
  }

  /** Leaves further work to other nodes. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  /** Ends after the step that is under way; tasks that are left stay pending. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  /** Takes one task one step further. False when none is pending. */
  step(): Promise<boolean> {
    return this.#queue.step();
  }

  #work(task: HeldTask<DeletionTask>): Promise<void> {
    const service = this.#deps.services.outside(task.row.service_principal);
    return service ? this.#askAndDecide(task, service) : this.#decideInside(task);
  }

  /**
   * The role has had no new sessions since its deletion was asked for, so what its service answers
   * now holds until the decision (docs/adr/0006).
   */
  async #askAndDecide(task: HeldTask<DeletionTask>, service: OutsideService): Promise<void> {
    const { row, closing } = task;
    const role = { accountId: row.account_id, roleName: row.role_name };
    const answer = await askUsage(service, role, closing);
    await this.#decide(task, (tx, nowMs) =>
      answer.unknown === undefined
        ? decideDeletion(row, { findUsage: () => answer.usages, nowMs, tx })
        : abandonDeletion(row, answer.unknown, nowMs, tx),
    );
  }

  async #decideInside(task: HeldTask<DeletionTask>): Promise<void> {
    const { log, services } = this.#deps;
    const { row } = task;
    const { task_id: taskId, service_principal: service } = row;
    try {
      await this.#decide(task, (tx, nowMs) => {
        if (!services.isKnown(service))
          return abandonDeletion(row, noLongerRegistered(row), nowMs, tx);
        const findUsage = (inside: Transaction) =>
          services.findUsage(service, row.account_id, inside);
        return decideDeletion(row, { findUsage, nowMs, tx });
      });
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      log.error({ err: error, taskId, service }, "A service-linked role's usage is unknown.");
      // If this fails as well it is the database that fails, and the task is tried again.
      await this.#decide(task, (tx, nowMs) => abandonDeletion(row, usageUnknown(row), nowMs, tx));
    }
  }

  /** Ends a task, unless another node has taken it up because this one took too long. */
  #decide(
    task: HeldTask<DeletionTask>,
    end: (tx: Transaction<ServiceLinkedRoleTables>, nowMs: number) => Promise<void>,
  ): Promise<boolean> {
    const decide = () =>
      task.finish(async (tx, nowMs) => {
        const own = tx.tables<ServiceLinkedRoleTables>();
        await this.#deps.generations.bump(own, task.row.account_id);
        await end(own, nowMs);
      });
    const decided = this.#lastDecision.then(decide, decide);
    this.#lastDecision = decided;
    return decided;
  }
}

function usageUnknown({ service_principal: service, role_name: name }: DeletionTask): string {
  return `${service} could not tell whether the role ${name} is in use. Try again later.`;
}

function noLongerRegistered({ service_principal: service, role_name: name }: DeletionTask): string {
  return `Nobody can tell whether the role ${name} is in use: the setting linkedServices names ${service} no more.`;
}
