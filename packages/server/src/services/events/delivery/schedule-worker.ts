import { isoSeconds } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import type { TaskTable } from "../../../kernel/work/task-table.ts";
import { ruleArn } from "../arns.ts";
import { incoming } from "../put-event.ts";
import { readSchedule } from "../schedule/schedule.ts";
import type { EventsTables, ScheduleRow } from "../tables.ts";
import type { EventPlan } from "./event-plan.ts";
import type { EventRouter } from "./event-router.ts";

/** Schedules whose events are made at the same time. */
const AT_ONCE_MAX = 8;
/** Longer than it takes to make an event. */
const LEASE_MS = 15_000;
/** Another node may have put a rule. */
const LOOK_EVERY_MS = 5_000;
/** The pause while too many deliveries wait. */
const ROOM_MS = 1_000;

const SCHEDULES: TaskTable<ScheduleRow> = {
  name: "events_schedules",
  id: "schedule_id",
  leasedUntilMs: "leased_until_ms",
  owner: "owner",
  dueMs: "next_at_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["next_at_ms"],
};

interface ScheduleParts extends Pick<ServiceDependencies, "clock" | "log" | "ids"> {
  readonly store: Store;
  readonly router: EventRouter;
  /** There are deliveries. */
  readonly delivered: (plans: readonly EventPlan[]) => void;
}

/**
 * Sends the targets of scheduled rules their events: each moment's once, over several nodes too.
 * After a pause of the server the moments that it missed are one event.
 */
export class ScheduleWorker {
  readonly #parts: ScheduleParts;
  readonly #queue: TaskQueue<ScheduleRow>;

  constructor(parts: ScheduleParts) {
    const { store, clock, log } = parts;
    this.#parts = parts;
    this.#queue = new TaskQueue({
      ...{ store, clock, table: SCHEDULES, atOnceMax: AT_ONCE_MAX },
      // Alone with its database, a process goes on at once with what the one before it had begun.
      ...(store.shared && { lookEveryMs: LOOK_EVERY_MS }),
      leaseMs: () => LEASE_MS,
      run: (task) => this.#send(task),
      giveUp: (task) => this.#skip(task),
      failed: (error, row) =>
        log.error({ rule: row?.rule_name, error: errorClass(error) }, "scheduled event"),
    });
  }

  start(): void {
    this.#queue.start();
  }

  /** A rule was put. */
  wake(): void {
    this.#queue.wake();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #send(task: HeldTask<ScheduleRow>): Promise<void> {
    const { router, delivered } = this.#parts;
    const { row } = task;
    const plan = await router.planFor(this.#event(row), { name: row.rule_name });
    if (!(await router.takeRoom(row.account_id, [plan]))) {
      await task.retryIn(ROOM_MS);
      return;
    }
    await task.finish(async (tx) => {
      await router.keep(plan, tx.tables<EventsTables>().db);
      await this.#waitForNext(row, tx);
      tx.afterCommit(() => delivered([plan]));
    });
    this.#queue.wakeIn(0);
  }

  /** The moment's event is left out; the rule goes on with its next one. */
  async #skip(task: HeldTask<ScheduleRow>): Promise<void> {
    const { row } = task;
    this.#parts.log.warn({ rule: row.rule_name }, "A scheduled event is left out.");
    await task.finish((tx) => this.#waitForNext(row, tx));
    this.#queue.wakeIn(0);
  }

  async #waitForNext(
    { schedule_id, expression, start_ms, next_at_ms }: ScheduleRow,
    tx: Transaction,
  ): Promise<void> {
    const { db } = tx.tables<EventsTables>();
    // A clock that was set back, or another node's, may be before the moment that has its event.
    const afterMs = Math.max(this.#parts.clock.nowMs(), Number(next_at_ms));
    const nextMs = readSchedule(expression).next(afterMs, Number(start_ms));
    if (nextMs === undefined)
      await db.deleteFrom("events_schedules").where("schedule_id", "=", schedule_id).execute();
    else
      await db
        .updateTable("events_schedules")
        .set({
          ...{ next_at_ms: nextMs, leased_until_ms: 0, owner: "" },
          ...{ attempts: 0, failed_starts: 0 },
        })
        .where("schedule_id", "=", schedule_id)
        .execute();
  }

  #event(row: ScheduleRow) {
    const { account_id: account, region } = row;
    const event: AwsEvent = {
      ...{ version: "0", id: this.#parts.ids.uuid(), "detail-type": "Scheduled Event" },
      ...{ source: "aws.events", account, time: isoSeconds(Number(row.next_at_ms)), region },
      ...{ resources: [ruleArn(row, row.rule_name)], detail: {} },
    };
    return incoming(event);
  }
}
