import { type Kysely, type RawBuilder, sql } from "kysely";
import { statement } from "../statements.ts";
import type { Tables } from "../store.ts";

/** A column of a table whose rows are `Row`. */
type ColumnOf<Row> = keyof Row & string;

/** Names the columns of a service's own table that a `TaskQueue` reads and writes. */
export interface TaskTable<Row> {
  readonly name: string;
  readonly id: ColumnOf<Row>;
  /** The task is its holder's until then. Null, or a time that has passed: no process holds it. */
  readonly leasedUntilMs: ColumnOf<Row>;
  /**
   * Names the holder. A process that is alone with its database goes on at once with what the
   * process before it had begun; one of several nodes when the lease has ended.
   */
  readonly owner: ColumnOf<Row>;
  /** A task isn't begun before then. Left out: one that failed waits in memory. */
  readonly dueMs?: ColumnOf<Row>;
  /** Counts a task's failures. */
  readonly attempts?: ColumnOf<Row>;
  /**
   * Counts starts in a row that didn't end in order: their process died, or they failed
   * unexpectedly.
   */
  readonly failedStarts: ColumnOf<Row>;
  /** Tasks are begun in the order of these. */
  readonly orderBy: readonly ColumnOf<Row>[];
  /** Tells tasks that haven't ended by a column's values, if the rows of ended ones are kept. */
  readonly pending?: { readonly column: ColumnOf<Row>; readonly values: readonly string[] };
}

/** A process that asks for tasks at a moment. */
export interface Asking {
  readonly owner: string;
  readonly nowMs: number;
}

/** A claim on a task. */
interface Held {
  readonly id: string;
  readonly untilMs: number;
}

/** Reads and writes the queue's columns of a table, in SQL that both databases take. */
export class TaskRows<Row> {
  readonly #table: TaskTable<Row>;
  readonly #selectHeld: (db: Kysely<Tables>, held: Held) => Promise<readonly unknown[]>;

  constructor(table: TaskTable<Row>) {
    this.#table = table;
    this.#selectHeld = statement<Tables, Held>((db, { id, untilMs }) => ({
      compile: () => this.#heldQuery(id, untilMs).compile(db),
    }));
  }

  /** Resolves to tasks that are due and that no other process holds. */
  async due(db: Kysely<Tables>, asking: Asking, limit: number): Promise<readonly Row[]> {
    const { name, dueMs, orderBy } = this.#table;
    const isDue = dueMs ? sql`and ${sql.ref(dueMs)} <= ${asking.nowMs}` : sql``;
    const order = sql.join(orderBy.map((column) => sql.ref(column)));
    const { rows } = await sql<Row>`select * from ${sql.table(name)}
      where ${this.#isFree(asking)} ${isDue} order by ${order} limit ${limit}`.execute(db);
    return rows;
  }

  /** Resolves to the time at which the first task that isn't due yet will be. */
  async nextDueMs(db: Kysely<Tables>, asking: Asking): Promise<number | undefined> {
    const { name, dueMs } = this.#table;
    if (!dueMs) return undefined;
    const due = sql.ref(dueMs);
    const { rows } = await sql<{ next_ms: number | null }>`select min(${due}) as next_ms
      from ${sql.table(name)}
      where ${this.#isFree(asking)} and ${due} > ${asking.nowMs}`.execute(db);
    const next = rows[0]?.next_ms ?? undefined;
    return next === undefined ? undefined : Number(next);
  }

  /**
   * Takes a free task until `untilMs`, and sets further columns. False: another process has it, or
   * has had it since it was read, and it may wait for another moment.
   */
  async claim(
    db: Kysely<Tables>,
    read: Row,
    asking: Asking,
    untilMs: number,
    further: Partial<Row>,
  ): Promise<boolean> {
    const { id, owner, leasedUntilMs, dueMs, attempts, failedStarts } = this.#table;
    const asRead = [dueMs, attempts, failedStarts].flatMap((column) =>
      column === undefined ? [] : [sql`${sql.ref(column)} = ${read[column]}`],
    );
    const condition = sql`${sql.join(asRead, sql` and `)} and ${this.#isFree(asking)}`;
    const values = { [leasedUntilMs]: untilMs, [owner]: asking.owner, ...further };
    return this.#update(db, String(read[id]), condition, values);
  }

  /** True if the claim that ends at `untilMs` is the task's latest still, and the task pending. */
  async isHeld(db: Kysely<Tables>, id: string, untilMs: number): Promise<boolean> {
    return (await this.#selectHeld(db, { id, untilMs })).length > 0;
  }

  #heldQuery(id: string, untilMs: number): RawBuilder<unknown> {
    const { name, id: column } = this.#table;
    return sql`select 1 from ${sql.table(name)}
      where ${sql.ref(column)} = ${id} and ${this.#isHeldUntil(untilMs)}`;
  }

  /** Gives a task back that is held until `untilMs`, due again at `dueMs`. */
  async giveBack(
    db: Kysely<Tables>,
    id: string,
    untilMs: number,
    again: { readonly dueMs: number; readonly attempts: number; readonly failedStarts: number },
  ): Promise<boolean> {
    const { leasedUntilMs, dueMs, attempts, failedStarts } = this.#table;
    return this.#update(db, id, this.#isHeldUntil(untilMs), {
      [leasedUntilMs]: 0,
      [failedStarts]: again.failedStarts,
      ...(dueMs ? { [dueMs]: again.dueMs } : {}),
      ...(attempts ? { [attempts]: again.attempts } : {}),
    });
  }

  /** Removes a task that is held until `untilMs`. False: it is another process's. */
  async remove(db: Kysely<Tables>, id: string, untilMs: number): Promise<boolean> {
    const { name, id: column } = this.#table;
    const { numAffectedRows = 0n } = await sql`delete from ${sql.table(name)}
      where ${sql.ref(column)} = ${id} and ${this.#isHeldUntil(untilMs)}`.execute(db);
    return numAffectedRows > 0n;
  }

  async #update(
    db: Kysely<Tables>,
    id: string,
    condition: RawBuilder<unknown>,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const { name, id: column } = this.#table;
    const changes = Object.entries(values).map(([each, value]) => sql`${sql.ref(each)} = ${value}`);
    const { numAffectedRows = 0n } = await sql`update ${sql.table(name)} set ${sql.join(changes)}
      where ${sql.ref(column)} = ${id} and ${condition}`.execute(db);
    return numAffectedRows > 0n;
  }

  /** Free tasks are held by no process, by this one, or by one that didn't end them in time. */
  #isFree({ owner, nowMs }: Asking): RawBuilder<unknown> {
    const { owner: ownerColumn, leasedUntilMs } = this.#table;
    const until = sql.ref(leasedUntilMs);
    const isOwn = sql`${sql.ref(ownerColumn)} = ${owner}`;
    return sql`(${until} is null or ${until} < ${nowMs} or ${isOwn}) ${this.#andPending()}`;
  }

  #isHeldUntil(untilMs: number): RawBuilder<unknown> {
    return sql`${sql.ref(this.#table.leasedUntilMs)} = ${untilMs} ${this.#andPending()}`;
  }

  #andPending(): RawBuilder<unknown> {
    const { pending } = this.#table;
    return pending ? sql`and ${sql.ref(pending.column)} in (${sql.join(pending.values)})` : sql``;
  }
}
