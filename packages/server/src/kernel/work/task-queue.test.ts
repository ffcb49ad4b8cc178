import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openStore } from "../../storage/open-store.ts";
import type { OpenedStore } from "../../storage/store.ts";
import { type Migration, type Store, StoreUnavailableError } from "../store.ts";
import { type HeldTask, TaskQueue } from "./task-queue.ts";
import type { TaskTable } from "./task-table.ts";

const LEASE_MS = 10_000;
const LOOK_MS = 1_000;

interface TaskRow {
  id: string;
  owner: string | null;
  state: string | null;
  leased_until_ms: number;
  due_ms: number;
  attempts: number;
  failed_starts: number;
  made_ms: number;
}

interface TestTables {
  tasks: TaskRow;
  effects: { task_id: string; by: string };
}

const TASKS: TaskTable<TaskRow> = {
  name: "tasks",
  id: "id",
  leasedUntilMs: "leased_until_ms",
  owner: "owner",
  dueMs: "due_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["made_ms", "id"],
};

const tables: Migration = {
  name: "test/0001-tasks",
  async up(db) {
    await db.schema
      .createTable("tasks")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("owner", "text")
      .addColumn("state", "text")
      .addColumn("leased_until_ms", "bigint", (column) => column.notNull())
      .addColumn("due_ms", "bigint", (column) => column.notNull())
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("failed_starts", "integer", (column) => column.notNull())
      .addColumn("made_ms", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("effects")
      .addColumn("task_id", "text", (column) => column.notNull())
      .addColumn("by", "text", (column) => column.notNull())
      .execute();
  },
};

let dir: string;
let store: OpenedStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-tasks-"));
  const file = join(dir, "db");
  const nowMs = () => Date.now();
  store = await openStore({ shared: undefined, file, durable: false, nowMs, migrations: [tables] });
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    now: 1_000,
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
  rmSync(dir, { recursive: true });
});

const db = () => store.tables<TestTables>().db;
const clock = { nowMs: () => Date.now() };

/** Each transaction waits for one. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything happen that doesn't wait for time. */
async function settle(): Promise<void> {
  await turns(40);
}

async function passMs(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= LOOK_MS) {
    vi.advanceTimersByTime(Math.min(left, LOOK_MS));
    await settle();
  }
}

/** One process with a queue on the shared tables. Once killed or held it does nothing further. */
class Process {
  readonly name: string;
  readonly queue: TaskQueue<TaskRow>;
  failures = 0;
  fails = false;
  /** The database goes away as its changes are committed: they have happened, though it fails. */
  doubts = false;
  /** Its changes wait for it. */
  gate: Promise<void> | undefined;
  /** Its tasks are due again a minute later. */
  repeats = false;
  error = new Error("failed");
  begun = 0;
  running = 0;
  runningMax = 0;
  #isHeld = false;
  #waiting: (() => void)[] = [];

  constructor(
    name: string,
    table = TASKS,
    owner = name,
    looks: { lookEveryMs?: number } = { lookEveryMs: LOOK_MS },
    time = clock,
  ) {
    this.name = name;
    this.queue = new TaskQueue({
      store: this.#doubtful(),
      clock: time,
      table,
      owner,
      atOnceMax: 3,
      leaseMs: () => LEASE_MS,
      ...looks,
      run: (task) => this.#run(task),
      giveUp: (task) => this.#end(task, "nobody"),
      failed: () => {
        this.failures += 1;
      },
    });
    this.queue.start();
  }

  /** Everything that it does stops before its next step, as in a pause of the process. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  #doubtful(): Store {
    return {
      shared: store.shared,
      db: store.db,
      tables: () => store.tables(),
      transaction: async (run, options) => {
        await this.gate;
        const result = await store.transaction(run, options);
        if (this.doubts) throw new StoreUnavailableError("Gone", { commitUnknown: true });
        return result;
      },
    };
  }

  /** Nothing of it goes on. Its looks end; its claims stay. */
  kill(): void {
    this.hold();
    void this.queue.close();
  }

  async #run(task: HeldTask<TaskRow>): Promise<void> {
    this.begun += 1;
    this.running += 1;
    this.runningMax = Math.max(this.runningMax, this.running);
    await turns(4);
    if (this.#isHeld) await new Promise<void>((go) => this.#waiting.push(go));
    this.running -= 1;
    if (this.fails) throw this.error;
    await this.#end(task, this.name);
  }

  async #end(task: HeldTask<TaskRow>, by: string): Promise<void> {
    await task.finish(async (tx) => {
      const own = tx.tables<TestTables>().db;
      await own.insertInto("effects").values({ task_id: task.row.id, by }).execute();
      const { id, due_ms } = task.row;
      const again = { due_ms: due_ms + 60_000, leased_until_ms: 0, owner: null };
      if (this.repeats) await own.updateTable("tasks").set(again).where("id", "=", id).execute();
      else await own.deleteFrom("tasks").where("id", "=", id).execute();
    });
  }
}

async function add(...ids: string[]): Promise<void> {
  const due = { owner: null, state: null, leased_until_ms: 0, due_ms: Date.now() };
  const counts = { attempts: 0, failed_starts: 0 };
  await store.transaction(async (tx) => {
    for (const id of ids)
      await tx
        .tables<TestTables>()
        .db.insertInto("tasks")
        .values({ id, made_ms: Date.now(), ...due, ...counts })
        .execute();
  });
}

const effects = async () =>
  (await db().selectFrom("effects").selectAll().orderBy("task_id").execute()).map(
    ({ task_id: id, by }) => `${id} by ${by}`,
  );

describe("a queue of tasks", () => {
  test("runs what is due at once when it is woken, and no more at a time than it may", async () => {
    const one = new Process("a");
    await add("1", "2", "3", "4", "5");
    one.queue.wake();
    await settle();
    await settle();
    expect(await effects()).toHaveLength(5);
    expect(one.runningMax).toBe(3);
    await one.queue.close();
  });

  test.each([3, 4, 7])("runs each of %i tasks once, as many at a time as it may", async (count) => {
    const one = new Process("a");
    one.hold();
    const ids = Array.from({ length: count }, (_, index) => String(index));
    await add(...ids);
    one.queue.wake();
    await settle();
    // None ends yet: a further look finds no room.
    for (let looks = 0; looks < 3; looks += 1) {
      one.queue.wake();
      await settle();
    }
    expect([one.begun, one.running]).toEqual([3, 3]);
    one.resume();
    // No time passes: the end of a task brings the next one.
    for (let turns = 0; turns < count; turns += 1) await settle();
    expect(await effects()).toEqual(ids.map((id) => `${id} by a`));
    expect([one.begun, one.runningMax]).toEqual([count, 3]);
    await one.queue.close();
  });

  test("runs a task in one process, if several look at the same time", async () => {
    const [a, b] = [new Process("a"), new Process("b")];
    await add("1", "2", "3", "4", "5");
    for (const { queue } of [a, b]) queue.wake();
    await settle();
    await settle();
    expect(a.begun + b.begun).toBe(5);
    await Promise.all([a.queue.close(), b.queue.close()]);
  });

  test("tries a task that failed again, after pauses that grow", async () => {
    const one = new Process("a");
    one.fails = true;
    // It isn't the task's.
    one.error = new StoreUnavailableError("the database is away");
    await add("1");
    const failedAt: number[] = [];
    for (let second = 0; second < 40; second++) {
      const before = one.failures;
      await passMs(1_000);
      if (one.failures > before) failedAt.push(second + 1);
    }
    // At 1 s, then after 1, 2, 4, 8 and 16 s, each at the look after its due time.
    expect(failedAt).toEqual([1, 2, 4, 8, 16, 32]);
    one.fails = false;
    await passMs(60_000);
    expect(await effects()).toEqual(["1 by a"]);
    await one.queue.close();
  });

  test("ends a task as failed that failed in five starts, one after the other", async () => {
    const one = new Process("a");
    one.fails = true;
    await add("1");
    await passMs(60_000);
    expect([one.failures, await effects()]).toEqual([5, ["1 by nobody"]]);
    await one.queue.close();
  });

  test("ends a task as failed that took down the process in five starts", async () => {
    await add("1");
    for (let start = 1; start <= 5; start++) {
      const each = new Process(`life ${start}`, TASKS, "alone");
      each.hold();
      await settle();
      expect([each.begun, await effects()]).toEqual([1, []]);
      each.kill();
    }
    const last = new Process("last", TASKS, "alone");
    await settle();
    expect([last.begun, await effects()]).toEqual([0, ["1 by nobody"]]);
    await last.queue.close();
  });

  test("counts no start that a stop ended, and anew after one that ended in order", async () => {
    await add("1");
    /** A start that the process survives or not, and that is stopped or gives the task back. */
    const start = async (ends: "dies" | "stops" | "waits") => {
      const queue = new TaskQueue<TaskRow>({
        ...{ store, clock, table: TASKS, owner: "alone", atOnceMax: 1, leaseMs: () => LEASE_MS },
        run: async (task) => {
          if (ends === "waits") return void (await task.retryIn(0));
          if (ends === "dies") await new Promise<void>(() => {});
          await new Promise((resolve) => task.closing.addEventListener("abort", resolve));
          throw new Error("closing");
        },
        giveUp: async (task) => void (await task.remove()),
        failed: () => {},
      });
      await queue.step();
      const running = queue.step();
      await settle();
      if (ends === "dies") return;
      await queue.close();
      await running;
    };
    for (let each = 0; each < 10; each++) await start("stops");
    for (let each = 0; each < 4; each++) await start("dies");
    await start("waits");
    for (let each = 0; each < 4; each++) await start("dies");
    expect(await db().selectFrom("tasks").select("id").execute()).toEqual([{ id: "1" }]);
    await start("dies");
    await start("dies");
    expect(await db().selectFrom("tasks").select("id").execute()).toEqual([]);
  });

  test("tries a task again that has no due time, where nothing else wakes the queue", async () => {
    const { dueMs: _dueMs, attempts: _attempts, ...fewest } = TASKS;
    const one = new Process("a", fewest, "a", {});
    one.fails = true;
    await add("1");
    one.queue.wake();
    await settle();
    expect(one.failures).toBe(1);
    one.fails = false;
    await passMs(LEASE_MS / 2);
    expect(await effects()).toEqual(["1 by a"]);
    await one.queue.close();
  });

  test.each([
    [true, []],
    [false, ["1"]],
  ])("leaves tasks to other nodes once it drains: %s", async (shared, own) => {
    const view: Store = {
      ...{ shared, db: store.db, tables: () => view as never },
      transaction: (run) => store.transaction(run),
    };
    const done: string[] = [];
    const queue = new TaskQueue<TaskRow>({
      ...{ store: view, clock, table: TASKS, atOnceMax: 1, leaseMs: () => LEASE_MS },
      run: async ({ row, remove }) => {
        await remove();
        done.push(row.id);
      },
      giveUp: async () => {},
      failed: () => {},
    });
    queue.start();
    await queue.drain();
    await add("1");
    queue.wake();
    await settle();
    expect(done).toEqual(own);
    await queue.close();
  });

  test("looks again a second after a look that failed, where nothing else wakes it", async () => {
    await add("1");
    let failing = 2;
    const failures: unknown[] = [];
    const flaky: Store = {
      ...{ shared: false, tables: () => flaky as never },
      transaction: (run) => store.transaction(run),
      get db() {
        failing -= 1;
        if (failing >= 0) throw new Error("away");
        return store.db;
      },
    };
    const done: string[] = [];
    const queue = new TaskQueue<TaskRow>({
      ...{ store: flaky, clock, table: TASKS, atOnceMax: 1, leaseMs: () => LEASE_MS },
      run: async ({ row, remove }) => {
        await remove();
        done.push(row.id);
      },
      giveUp: async () => {},
      failed: (error) => void failures.push(error),
    });
    queue.start();
    await settle();
    for (const count of [1, 2]) {
      vi.advanceTimersByTime(999);
      await settle();
      expect([failures.length, done.length]).toEqual([count, 0]);
      vi.advanceTimersByTime(1);
      await settle();
    }
    expect([failures, done]).toEqual([[new Error("away"), new Error("away")], ["1"]]);
    await queue.close();
  });

  test("begins each task in its time, where nothing looks every so often", async () => {
    await add("1", "2", "3");
    const later = (id: string, ms: number) => {
      const due = { due_ms: Date.now() + ms };
      return store
        .tables<TestTables>()
        .transaction(({ db: own }) =>
          own.updateTable("tasks").set(due).where("id", "=", id).execute(),
        );
    };
    await Promise.all([later("1", 1_500), later("2", 2_500), later("3", 5_500)]);
    const one = new Process("a", TASKS, "a", {});
    const seen: number[] = [];
    await settle();
    for (let second = 0; second < 6; second += 1) {
      await passMs(1_000);
      await settle();
      seen.push((await effects()).length);
    }
    expect(seen).toEqual([0, 1, 2, 2, 2, 3]);
    await one.queue.close();
  });

  test("begins a task that comes due during a look, if nothing looks every so often", async () => {
    await add("1");
    const soon = { due_ms: Date.now() + 1 };
    await store
      .tables<TestTables>()
      .transaction(({ db: own }) => own.updateTable("tasks").set(soon).execute());
    // Time goes on between any two readings of it.
    let readings = 0;
    const running = { nowMs: () => Date.now() + 2 * readings++ };
    const one = new Process("a", TASKS, "a", {}, running);
    await settle();
    await passMs(LOOK_MS);
    expect(await effects()).toEqual(["1 by a"]);
    await one.queue.close();
  });

  test("takes up another process's task when the lease has ended, and not before", async () => {
    const [a, b] = [new Process("a"), new Process("b")];
    a.hold();
    await add("1");
    a.queue.wake();
    await settle();
    a.kill();
    await passMs(LEASE_MS - LOOK_MS);
    expect(await effects()).toEqual([]);
    await passMs(2 * LOOK_MS);
    expect(await effects()).toEqual(["1 by b"]);
    await b.queue.close();
  });

  test("takes up no task that another process has done since it was read", async () => {
    const [slow, quick] = [new Process("slow"), new Process("quick")];
    let open = () => {};
    slow.gate = new Promise((resolve) => {
      open = resolve;
    });
    for (const each of [slow, quick]) each.repeats = true;
    await add("1");
    slow.queue.wake();
    await settle();
    quick.queue.wake();
    await settle();
    expect(await effects()).toEqual(["1 by quick"]);
    open();
    await passMs(3 * LOOK_MS);
    expect(await effects()).toEqual(["1 by quick"]);
  });

  test("a process that paused for longer than its lease changes nothing any more", async () => {
    const [a, b] = [new Process("a"), new Process("b")];
    a.hold();
    await add("1");
    a.queue.wake();
    await settle();
    await passMs(LEASE_MS + 2 * LOOK_MS);
    a.resume();
    await settle();
    expect(await effects()).toEqual(["1 by b"]);
    await Promise.all([a.queue.close(), b.queue.close()]);
  });

  test("removes and gives back only what it holds", async () => {
    const held: HeldTask<TaskRow>[] = [];
    const queue = new TaskQueue<TaskRow>({
      ...{ store, clock, table: TASKS, atOnceMax: 1, leaseMs: () => LEASE_MS },
      run: async (task) => void held.push(task),
      giveUp: async () => {},
      failed: () => {},
    });
    await add("1");
    await queue.step();
    await queue.step();
    vi.advanceTimersByTime(LEASE_MS + 1);
    await queue.step();
    await queue.step();
    const [late, latest] = held;
    expect(await late?.remove()).toBe(false);
    expect(await late?.retryIn(0)).toBe(false);
    expect(await db().selectFrom("tasks").select("attempts").execute()).toEqual([{ attempts: 0 }]);
    expect(await latest?.remove()).toBe(true);
    expect(await db().selectFrom("tasks").selectAll().execute()).toEqual([]);
  });

  test("the next process of the same owner goes on at once", async () => {
    const first = new Process("first", TASKS, "alone");
    first.hold();
    await add("1");
    first.queue.wake();
    await settle();
    first.kill();
    const second = new Process("second", TASKS, "alone");
    await settle();
    expect(await effects()).toEqual(["1 by second"]);
    await second.queue.close();
  });

  test("rows that are kept when they have ended are never begun again", async () => {
    const table = { ...TASKS, pending: { column: "state", values: ["todo"] } } as const;
    await add("done", "todo");
    await store.transaction(async (tx) => {
      const own = tx.tables<TestTables>().db;
      await own.updateTable("tasks").set({ state: "todo" }).where("id", "=", "todo").execute();
    });
    const one = new Process("a", table);
    await settle();
    expect(await effects()).toEqual(["todo by a"]);
    await one.queue.close();
  });

  test("closes when the tasks that run have ended, with their effects", async () => {
    const one = new Process("a");
    one.hold();
    await add("1");
    one.queue.wake();
    await settle();
    let closed = false;
    const closing = one.queue.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    one.resume();
    await closing;
    expect(await effects()).toEqual(["1 by a"]);
    await add("2");
    one.queue.wake();
    await passMs(3 * LOOK_MS);
    expect(await effects()).toEqual(["1 by a"]);
  });

  test("does every task once, whatever fails, pauses, dies and comes back", async () => {
    const node = fc.nat({ max: 1 });
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ adds: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 3, arbitrary: fc.record({ passesMs: fc.integer({ min: 1, max: 15_000 }) }) },
      { weight: 2, arbitrary: fc.record({ wakes: node }) },
      { weight: 2, arbitrary: fc.record({ node, holds: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ node, fails: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ node, doubts: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ dies: node }) },
      // With a task begun, for longer than its lease.
      { weight: 2, arbitrary: fc.record({ stalls: node }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
        await store.transaction(async (tx) => {
          const own = tx.tables<TestTables>().db;
          await own.deleteFrom("tasks").execute();
          await own.deleteFrom("effects").execute();
        });
        let lives = 0;
        const begin = () => new Process(`life ${++lives}`);
        const nodes: [Process, Process] = [begin(), begin()];
        const at = (index: number) => (index === 0 ? nodes[0] : nodes[1]);
        let added = 0;
        for (const each of acts) {
          if ("adds" in each)
            await add(...Array.from({ length: each.adds }, () => String(added++).padStart(3, "0")));
          else if ("passesMs" in each) await passMs(each.passesMs);
          else if ("wakes" in each) at(each.wakes).queue.wake();
          else if ("stalls" in each) {
            at(each.stalls).hold();
            at(each.stalls).queue.wake();
            await passMs(LEASE_MS + 2 * LOOK_MS);
            at(each.stalls).resume();
            await settle();
          } else if ("fails" in each) at(each.node).fails = each.fails;
          else if ("doubts" in each) at(each.node).doubts = each.doubts;
          else if ("holds" in each) {
            if (each.holds) at(each.node).hold();
            else at(each.node).resume();
          } else {
            at(each.dies).kill();
            nodes[each.dies === 0 ? 0 : 1] = begin();
          }
        }
        for (const each of nodes) {
          each.fails = false;
          each.doubts = false;
          each.resume();
        }
        // What failed often waits longest, what a dead process held a lease.
        await passMs(60_000);
        expect((await effects()).map((effect) => effect.slice(0, 3))).toEqual(
          Array.from({ length: added }, (_, index) => String(index).padStart(3, "0")),
        );
        expect(await db().selectFrom("tasks").selectAll().execute()).toEqual([]);
        await Promise.all(nodes.map(({ queue }) => queue.close()));
      }),
      { numRuns: 40 },
    );
  });
});
