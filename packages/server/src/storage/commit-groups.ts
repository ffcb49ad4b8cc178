import { CompiledQuery, type Kysely } from "kysely";
import {
  StoreUnavailableError,
  type Tables,
  type Transaction,
  type TransactionOptions,
} from "../kernel/store.ts";
import { inBackground } from "../kernel/work/in-background.ts";
import { after } from "../kernel/work/timers.ts";
import { nextTurn } from "../kernel/work/turns.ts";
import { assertOutermost, runAsTransaction } from "./nested-transactions.ts";
import { OpenTransaction } from "./open-transaction.ts";
import { isStandstill, type StatementCounts, TransactionWatch } from "./transaction-watch.ts";

/** Changes committed together at most; each is a few short statements. */
const GROUP_SIZE_MAX = 64;
/** Changes of callers in a group while patient ones wait: these get a quarter of it at least. */
const IMPATIENT_MAX = 48;

const BEGIN_MEMBER = CompiledQuery.raw("savepoint member");
const END_MEMBER = CompiledQuery.raw("release savepoint member");
const UNDO_MEMBER = CompiledQuery.raw("rollback to savepoint member");

export interface CommitGroupsOptions {
  /**
   * Runs `run` in one transaction of the database and commits it; rolls back when `run` rejects.
   * May run it again.
   */
  readonly commit: <R>(run: (db: Kysely<Tables>) => Promise<R>, size: number) => Promise<R>;
  /** Counts the statements of its connection. */
  readonly statements: StatementCounts;
  /** Resolves when all that was committed before the call is on the disk. */
  readonly durable: () => Promise<void>;
  /** Whether `commit` runs a transaction again that fails with this error. */
  readonly isRetried?: (error: unknown) => boolean;
  /** A change that waits longer for its group to begin is refused, unless it is patient. */
  readonly patienceMs?: number;
}

/** A change that waits for its group. */
interface Member {
  readonly run: (tx: Transaction) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Its patience's. */
  readonly callOff: (() => void) | undefined;
}

/** The member of a group that runs. */
interface Turn {
  of: Member | undefined;
}

type Outcome =
  | { readonly value: unknown; readonly committed: readonly (() => void)[] }
  | { readonly error: unknown };

/**
 * Commits changes that are ready at the same time by one transaction of the database, and so by one
 * wait for the disk: while one group is committed, the next gathers (docs/adr/0033). Members run
 * one after the other, each in a savepoint: the error of one takes back its own changes alone.
 * All are answered once the commit is durable, the refused ones too: they may have read what
 * others changed.
 */
export class CommitGroups {
  readonly #options: CommitGroupsOptions;
  readonly #watch: TransactionWatch;
  // Lists rather than Sets, whose outgrown tables keep what dies young.
  readonly #waiting: Member[] = [];
  readonly #patient: Member[] = [];
  #busy = false;
  /** A member's work has begun and hasn't ended. */
  #runs = false;

  constructor(options: CommitGroupsOptions) {
    this.#options = options;
    this.#watch = new TransactionWatch(options.statements);
  }

  /** As Store's. */
  transaction<R>(
    run: (tx: Transaction) => Promise<R>,
    { patient: isPatient = false }: TransactionOptions = {},
  ): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#mayBeInside()) assertOutermost();
      const patienceMs = isPatient ? undefined : this.#options.patienceMs;
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(member), 1);
        reject(tooManyAtOnce());
      };
      const member: Member = {
        run,
        resolve: (value) => resolve(value as R),
        reject,
        callOff: patienceMs === undefined ? undefined : after(patienceMs, giveUp),
      };
      (isPatient ? this.#patient : this.#waiting).push(member);
      if (!this.#busy) inBackground(this.#work());
    });
  }

  /** A member that calls this runs, and waits for no statement. */
  #mayBeInside(): boolean {
    const { begun, ended } = this.#options.statements;
    return this.#runs && begun === ended;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length + this.#patient.length > 0) {
      // First everybody is heard who is ready now.
      await nextTurn();
      await this.#commitGroup(this.#takeGroup());
    }
    this.#busy = false;
  }

  /** Callers' changes first; neither kind keeps the other waiting for more than a group. */
  #takeGroup(): readonly Member[] {
    const impatientMax = Math.max(IMPATIENT_MAX, GROUP_SIZE_MAX - this.#patient.length);
    const group = this.#waiting.splice(0, impatientMax);
    group.push(...this.#patient.splice(0, GROUP_SIZE_MAX - group.length));
    for (const { callOff } of group) callOff?.();
    return group;
  }

  async #commitGroup(group: readonly Member[]): Promise<void> {
    let outcomes: readonly Outcome[];
    const turn: Turn = { of: undefined };
    try {
      const run = (db: Kysely<Tables>) => this.#watch.run(() => this.#runAll(group, turn, db));
      outcomes = await this.#options.commit(run, group.length);
    } catch (error) {
      if (isStandstill(error)) {
        turn.of?.reject(error);
        const others = group.filter((member) => member !== turn.of);
        if (others.length > 0) await this.#commitGroup(others);
        return;
      }
      // Again would be no better; and if this commit has happened, it must not happen twice.
      if (group.length === 1 || error instanceof StoreUnavailableError) {
        for (const { reject } of group) reject(error);
        return;
      }
      // Those that fail alone are found so, and the others still share commits.
      const half = Math.ceil(group.length / 2);
      await this.#commitGroup(group.slice(0, half));
      await this.#commitGroup(group.slice(half));
      return;
    }
    // The next group's commit needn't wait for it.
    inBackground(this.#answer(group, outcomes));
  }

  async #runAll(
    group: readonly Member[],
    turn: Turn,
    db: Kysely<Tables>,
  ): Promise<readonly Outcome[]> {
    const [only] = group;
    turn.of = only;
    if (group.length === 1 && only) return [await this.#runIn(db, only)];
    const outcomes: Outcome[] = [];
    for (const member of group) {
      turn.of = member;
      this.#watch.noteProgress();
      outcomes.push(await this.#runApart(member, db));
    }
    return outcomes;
  }

  async #runApart(member: Member, db: Kysely<Tables>): Promise<Outcome> {
    await db.executeQuery(BEGIN_MEMBER);
    try {
      const outcome = await this.#runIn(db, member);
      await db.executeQuery(END_MEMBER);
      return outcome;
    } catch (error) {
      if (isDatabases(error) || this.#options.isRetried?.(error)) throw error;
      await db.executeQuery(UNDO_MEMBER);
      await db.executeQuery(END_MEMBER);
      return { error };
    }
  }

  async #runIn(db: Kysely<Tables>, { run }: Member): Promise<Outcome> {
    const committed: (() => void)[] = [];
    this.#runs = true;
    try {
      const value = await runAsTransaction(() => run(new OpenTransaction(db, committed)));
      return { value, committed };
    } finally {
      this.#runs = false;
    }
  }

  async #answer(group: readonly Member[], outcomes: readonly Outcome[]): Promise<void> {
    try {
      await this.#options.durable();
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index];
      if (!outcome || "error" in outcome) reject(outcome?.error);
      else if (callAll(outcome.committed, reject)) resolve(outcome.value);
    }
  }
}

/** The database itself failed, and with it the transaction of all members. */
function isDatabases(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.cause !== undefined;
}

/** False, and rejected, when one of them throws. */
function callAll(callbacks: readonly (() => void)[], reject: (error: unknown) => void): boolean {
  try {
    for (const callback of callbacks) callback();
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

function tooManyAtOnce(): StoreUnavailableError {
  return new StoreUnavailableError("The database is busy: too many changes wait for it at once.");
}
