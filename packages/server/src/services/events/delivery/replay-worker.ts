import { errorClass } from "../../../kernel/error-class.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { ServiceDependencies } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { type HeldTask, TaskQueue } from "../../../kernel/work/task-queue.ts";
import type { TaskTable } from "../../../kernel/work/task-table.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { type BusPlace, busOfArn } from "../arns.ts";
import { incoming } from "../put-event.ts";
import { archivedIn } from "../rows/archives.ts";
import { REPLAYING } from "../rows/replays.ts";
import type { ArchivedRow, EventsTables, ReplayRow } from "../tables.ts";
import { type EventPlan, fillPart } from "./event-plan.ts";
import type { EventRouter } from "./event-router.ts";

/** Events whose deliveries are committed together. */
const STEP = 20;
/** Replays that run at the same time. */
const AT_ONCE_MAX = 4;
/** Longer than a step takes, many times over. */
const LEASE_MS = 15_000;
/** Another node may have begun a replay, and gone. */
const LOOK_EVERY_MS = 5_000;
/** The pause while too many deliveries wait. */
const ROOM_MS = 1_000;

const REPLAYS: TaskTable<ReplayRow> = {
  name: "events_replays",
  id: "replay_id",
  leasedUntilMs: "leased_until_ms",
  owner: "owner",
  dueMs: "next_at_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["next_at_ms"],
  pending: { column: "state", values: REPLAYING },
};

interface ReplayParts extends Pick<ServiceDependencies, "clock" | "log"> {
  readonly store: Store;
  readonly router: EventRouter;
  /** There are deliveries. */
  readonly delivered: (plans: readonly EventPlan[]) => void;
}

type End = Pick<ReplayRow, "state" | "state_reason">;

/** Puts archived events on their bus again, a few at a time, each step with its place kept. */
export class ReplayWorker {
  readonly #parts: ReplayParts;
  readonly #store: Store<EventsTables>;
  readonly #queue: TaskQueue<ReplayRow>;

  constructor(parts: ReplayParts) {
    const { store, clock, log } = parts;
    this.#parts = parts;
    this.#store = store.tables<EventsTables>();
    this.#queue = new TaskQueue({
      ...{ store, clock, table: REPLAYS, atOnceMax: AT_ONCE_MAX },
      // Alone with its database, a process goes on at once with what the one before it had begun.
      ...(store.shared && { lookEveryMs: LOOK_EVERY_MS }),
      leaseMs: () => LEASE_MS,
      run: (task) => this.#step(task),
      giveUp: (task) => this.#fail(task, "Internal error."),
      failed: (error, row) =>
        log.error({ replay: row?.replay_id, error: errorClass(error) }, "event replay"),
    });
  }

  start(): void {
    this.#queue.start();
  }

  /** A replay is to begin or to end. */
  wake(): void {
    this.#queue.wake();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #step(task: HeldTask<ReplayRow>): Promise<void> {
    const { row } = task;
    const { db } = this.#store;
    if (row.state === "CANCELLING") return this.#end(task, { state: "CANCELLED" });
    const archive = await db
      .selectFrom("events_archives")
      .select("archive_id")
      .where("archive_id", "=", row.archive_id)
      .executeTakeFirst();
    if (!archive) return this.#fail(task, "The archive was deleted.");
    const range = {
      archiveId: row.archive_id,
      // Events' times are whole seconds, and no id is before the empty one.
      after: { timeMs: row.last_event_ms ?? wholeSeconds(row.from_ms), id: row.last_event_id },
      untilMs: row.until_ms,
      archivedByMs: row.started_at_ms,
    };
    const events = await archivedIn(range, STEP, db);
    if (events.length === 0) return this.#end(task, { state: "COMPLETED" });
    await this.#replay(task, events);
  }

  async #replay(task: HeldTask<ReplayRow>, events: readonly ArchivedRow[]): Promise<void> {
    const { router, delivered } = this.#parts;
    const { Arn, FilterArns } = JSON.parse(task.row.destination) as Destination;
    const bus = busOfArn(Arn);
    if (!bus) return this.#fail(task, "The event bus was deleted.");
    const rules = FilterArns && new Set(FilterArns.map((arn) => arn.replace(/^.*:rule\//, "")));
    const planned: EventPlan[] = [];
    let last: ArchivedRow | undefined;
    for (const row of events) {
      // Each may be large, and is read and written here.
      await nextTurn();
      const plan = await router.planReplay(replayed(row.event, task.row.name, bus), rules);
      if (!plan) break;
      planned.push(plan);
      last = row;
      if (fillPart(planned)) break;
    }
    if (!last || !(await router.takeRoom(bus.account_id, planned))) {
      await task.retryIn(ROOM_MS);
      return;
    }
    const place = { last_event_ms: last.time_ms, last_event_id: last.id };
    const rest: EventPlan[] = [];
    for (const plan of planned) rest.push(await router.keepAhead(plan));
    await task.finish(async (tx, nowMs) => {
      const { db } = tx.tables<EventsTables>();
      for (const plan of rest) await router.keep(plan, db);
      await db
        .updateTable("events_replays")
        .set(({ eb }) => ({
          // One that was cancelled meanwhile stays so: the next step ends it.
          state: eb
            .case()
            .when("state", "=", "STARTING")
            .then("RUNNING")
            .else(eb.ref("state"))
            .end(),
          ...place,
          ...{ next_at_ms: nowMs, leased_until_ms: 0, owner: "", attempts: 0 },
          failed_starts: 0,
        }))
        .where("replay_id", "=", task.row.replay_id)
        .execute();
      tx.afterCommit(() => delivered(planned));
    });
    // The next step is due when this one has ended.
    this.#queue.wakeIn(0);
  }

  #fail(task: HeldTask<ReplayRow>, reason: string): Promise<void> {
    return this.#end(task, { state: "FAILED", state_reason: reason });
  }

  async #end(task: HeldTask<ReplayRow>, end: Partial<End>): Promise<void> {
    await task.finish(async (tx, nowMs) => {
      await tx
        .tables<EventsTables>()
        .db.updateTable("events_replays")
        .set({ ...end, ended_at_ms: nowMs, leased_until_ms: 0 })
        .where("replay_id", "=", task.row.replay_id)
        .execute();
    });
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

interface Destination {
  readonly Arn: string;
  readonly FilterArns?: readonly string[];
}

/** The event with the replay's name in it, where AWS has it. */
function replayed(text: string, name: string, bus: BusPlace) {
  const { resources, detail, ...envelope } = JSON.parse(text) as AwsEvent;
  const event = { ...envelope, "replay-name": name, resources, detail };
  return incoming(event, bus);
}
