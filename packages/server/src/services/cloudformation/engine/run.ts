import assert from "node:assert/strict";
import type { Evaluation, ResolvedResource } from "@rolecast/template";
import type { Caller } from "../../../kernel/principal.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { HeldTask } from "../../../kernel/work/task-queue.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { cancellationOf } from "../rows/operations.ts";
import { forgetBefore, leftoversOf, removeLeftovers, resourcesOf } from "../rows/resources.ts";
import { findStackById, findVersion, removeVersionsBefore } from "../rows/stacks.ts";
import {
  type CloudFormationTables,
  DELETED,
  type LeftoverRow,
  type OperationRow,
  type ResourceRow,
  type StackRow,
  type VersionRow,
} from "../tables.ts";
import type { EngineTypes } from "../types/engine-types.ts";
import { attributesOf } from "../values/attributes.ts";
import { type EvaluatedStack, evaluateStack } from "../values/evaluate-stack.ts";
import { holdsSecrets, NO_ECHO, Secrets } from "../values/secrets.ts";
import { endExecution } from "./change-set-trees.ts";
import { Changes, writeChanges } from "./changes.ts";
import { OperationCaller } from "./operation-caller.ts";
import { type OperationOptions, optionsOf } from "./operation-options.ts";
import { RollbackTriggers } from "./rollback-triggers.ts";

/** Another process has taken the operation up. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** The secrets of these versions, and of what these custom resources hide. */
interface KnownSecrets {
  readonly numbers: ReadonlySet<number>;
  readonly hiding: readonly ResourceRow[];
  readonly secrets: Secrets;
}

/** The outcome of one step: go on, go on after a pause, or the operation has ended. */
export type Advance =
  | { readonly kind: "again" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "ended" };

export const AGAIN: Advance = { kind: "again" };
export const ENDED: Advance = { kind: "ended" };

export interface StepTools {
  readonly tx: Transaction<CloudFormationTables>;
  readonly changes: Changes;
  readonly nowMs: number;
}

/**
 * An operation while this process works on it: its rows in memory, and the one way to change them.
 * A step's effect, its rows and its events are one commit; memory follows once it has succeeded.
 */
export class Run {
  readonly deps: EngineDependencies;
  readonly options: OperationOptions;
  readonly caller: OperationCaller;
  readonly types: EngineTypes;
  /** Resources that the new version leaves as they are, or that have it already. */
  readonly done = new Set<string>();
  /** Rows that change with the end of the forward phase: policies, metadata. */
  readonly later = new Map<string, ResourceRow>();
  readonly triggers = new RollbackTriggers(this);
  /** Missing exports, and other failures that can be foreseen, have been looked for. */
  isValidated = false;
  /** Steps that this process has committed. */
  commits = 0;
  #task: HeldTask<OperationRow>;
  #operation: OperationRow;
  #stack: StackRow;
  #resources: Map<string, ResourceRow>;
  #leftovers: LeftoverRow[];
  #evaluated: EvaluatedStack | undefined;
  #known: KnownSecrets = { numbers: new Set(), hiding: [], secrets: new Secrets([]) };

  private constructor(
    deps: EngineDependencies,
    task: HeldTask<OperationRow>,
    operation: OperationRow,
    loaded: {
      readonly stack: StackRow;
      readonly resources: readonly ResourceRow[];
      readonly leftovers: LeftoverRow[];
    },
  ) {
    this.deps = deps;
    this.#task = task;
    this.#operation = operation;
    this.options = optionsOf(operation);
    this.#stack = loaded.stack;
    this.#resources = new Map(loaded.resources.map((row) => [row.logical_id, row]));
    this.#leftovers = loaded.leftovers;
    this.caller = new OperationCaller(deps, operation, loaded.stack);
    this.types = deps.types;
  }

  /** Reads the operation's rows. */
  static async load(deps: EngineDependencies, task: HeldTask<OperationRow>): Promise<Run> {
    const { db } = deps.store.tables<CloudFormationTables>();
    const { stack_id } = task.row;
    const stack = await findStackById(stack_id, db);
    assert(stack, "an operation's stack has a row");
    const resources = await resourcesOf(stack_id, db);
    const leftovers = await leftoversOf(stack_id, db);
    return new Run(deps, task, task.row, { stack, resources, leftovers });
  }

  get operation(): OperationRow {
    return this.#operation;
  }

  get stack(): StackRow {
    return this.#stack;
  }

  get resources(): ReadonlyMap<string, ResourceRow> {
    return this.#resources;
  }

  get leftovers(): readonly LeftoverRow[] {
    return this.#leftovers;
  }

  get failures(): readonly string[] {
    return JSON.parse(this.#operation.failures) as string[];
  }

  get nowMs(): number {
    return this.deps.clock.nowMs();
  }

  /** The template of the stack's version, with its conditions decided. */
  async evaluated(): Promise<EvaluatedStack> {
    if (this.#evaluated) return this.#evaluated;
    const { db } = this.deps.store.tables<CloudFormationTables>();
    const version = await findVersion(this.#stack.stack_id, this.#stack.version, db);
    assert(version, "a stack's version has a row");
    this.#evaluated = await evaluateStack(this.#stack, version, db);
    return this.#evaluated;
  }

  async version(): Promise<VersionRow> {
    return (await this.evaluated()).version;
  }

  async evaluation(): Promise<Evaluation> {
    return (await this.evaluated()).evaluation;
  }

  /** Attributes of the stack's resources as they are now, for references to them. */
  get attributes() {
    return attributesOf(this.#resources);
  }

  /**
   * Runs one step in a transaction that proves that this process still holds the operation, and
   * writes the changes that the step names. `run` may run again. Rejects as `run` does, and then
   * nothing has changed; with LeaseLostError when the operation is another process's.
   */
  async commit(run: (tools: StepTools) => Promise<void> | void): Promise<void> {
    let committed: { changes: Changes; events: number; ms: number } | undefined;
    const isHeld = await this.#task.finish(async (transaction, nowMs) => {
      const tx = transaction.tables<CloudFormationTables>();
      const changes = new Changes(this.#operation);
      await run({ tx, changes, nowMs });
      if (this.#operation.failed_starts > 0 && !changes.isLook)
        changes.operation = { failed_starts: 0, ...changes.operation };
      changes.mask(await this.#secrets(changes, tx.db));
      changes.areSecret ||= await this.#haveSecrets(changes);
      const { ids, events } = this.deps;
      const publish = events.publish.bind(events);
      const rows = await writeChanges(changes, this.#stack, this.#operation, nowMs, tx, {
        ids,
        publish,
      });
      const last = rows.at(-1);
      committed = {
        changes,
        events: last?.number ?? this.#stack.events,
        ms: last?.ms ?? Number(this.#stack.event_ms),
      };
    });
    if (!isHeld || !committed) throw new LeaseLostError();
    this.commits += 1;
    this.#take(committed.changes, committed);
  }

  /** The secrets of the versions and resources that this operation has to do with. */
  async #secrets(changes: Changes, db: Transaction<CloudFormationTables>["db"]) {
    const { stack_id, version, good_version } = this.#stack;
    const { numbers, hiding, secrets } = this.#known;
    const needed = [version, good_version, changes.stack.version ?? version];
    const isKnown = needed.every((number) => numbers.has(number));
    const fresh = changes.resources.filter(hidesAttributes);
    if (isKnown && fresh.length === 0) return secrets;
    const all = [...new Set([...numbers, ...needed])];
    const rows = await Promise.all(all.map((number) => findVersion(stack_id, number, db)));
    // What a resource hid before is hidden still: a rollback shows it again.
    const now = numbers.size === 0 ? [...this.#resources.values()].filter(hidesAttributes) : [];
    const resources = [...hiding, ...now, ...fresh];
    const known = { numbers: new Set(all), hiding: resources };
    this.#known = { ...known, secrets: new Secrets(rows, resources) };
    return this.#known.secrets;
  }

  /** Whether there are secrets that nothing but their rows says are any, by the types. */
  async #haveSecrets({ resources, leftovers }: Changes): Promise<boolean> {
    for (const row of [...resources, ...leftovers])
      if (holdsSecrets(row, await this.types.find(row.type))) return true;
    return false;
  }

  #take(changes: Changes, sequence: { readonly events: number; readonly ms: number }): void {
    for (const row of changes.resources) this.#resources.set(row.logical_id, row);
    for (const row of changes.removed) this.#resources.delete(row.logical_id);
    const gone = new Set(changes.removedLeftovers.map(({ number }) => number));
    for (const row of changes.leftovers) {
      const index = this.#leftovers.findIndex(({ number }) => number === row.number);
      if (index >= 0) this.#leftovers[index] = row;
      else this.#leftovers.push(row);
    }
    this.#leftovers = this.#leftovers.filter(({ number }) => !gone.has(number));
    if (changes.stack.version !== undefined && changes.stack.version !== this.#stack.version)
      this.#evaluated = undefined;
    const { events, ms } = sequence;
    this.#stack = { ...this.#stack, ...changes.stack, events, event_ms: ms };
    this.#operation = { ...this.#operation, ...changes.operation };
  }

  /** A step's text or reason may be needed before its first event. */
  newToken(): string {
    return this.deps.ids.uuid();
  }

  nextLeftover(): number {
    return (this.#leftovers.at(-1)?.number ?? 0) + 1;
  }

  /** The request that stops the operation meanwhile: CancelUpdateStack, or DeleteStack. */
  async stopped(): Promise<"cancel" | "delete" | undefined> {
    const { db } = this.deps.store.tables<CloudFormationTables>();
    const cancelled = await cancellationOf(this.#operation.operation_id, db);
    if (!cancelled) return undefined;
    return cancelled === DELETED ? "delete" : "cancel";
  }

  /**
   * Ends the operation with the stack's last status. `isSettled`: what was before it is forgotten,
   * since nothing goes back there any more.
   */
  async end(
    status: StackRow["status"],
    {
      reason = null,
      isSettled = true,
      stack = {},
    }: { reason?: string | null; isSettled?: boolean; stack?: Partial<StackRow> } = {},
  ): Promise<Advance> {
    await this.commit(async ({ tx, changes, nowMs }) => {
      changes.stackStatus(this.#stack, status, reason);
      const good = isSettled ? { good_version: stack.version ?? this.#stack.version } : {};
      changes.stack = { ...changes.stack, ...stack, ...good };
      changes.operation = { status: "ENDED", ended_ms: nowMs };
      const { ids, events } = this.deps;
      const isDone = !/FAILED|ROLLBACK/.test(status);
      await endExecution(this.#stack.stack_id, isDone, { tx, nowMs, ids, events });
      if (!isSettled) return;
      const { stack_id, parent_id, good_version } = this.#stack;
      await forgetBefore(stack_id, tx.db);
      await removeLeftovers(stack_id, tx.db);
      // The stack around a nested one may still go back, and take it along.
      const kept = parent_id === null ? (good.good_version ?? 0) : good_version;
      await removeVersionsBefore(stack_id, kept, tx.db);
    });
    return ENDED;
  }

  /** Goes on with another part of the operation. */
  async enter(
    phase: OperationRow["phase"],
    status: StackRow["status"],
    reason: string | null = null,
    change: { stack?: Partial<StackRow>; failures?: readonly string[] } = {},
  ): Promise<Advance> {
    await this.commit(({ changes }) => {
      changes.stackStatus(this.#stack, status, reason);
      changes.stack = { ...changes.stack, ...change.stack };
      changes.operation = { phase, failures: JSON.stringify(change.failures ?? []) };
    });
    return AGAIN;
  }

  async currentCaller(): Promise<Caller> {
    return this.caller.current();
  }

  async resolved(logicalId: string): Promise<ResolvedResource> {
    return (await this.evaluation()).resource(logicalId, this.attributes);
  }
}

/** A custom resource whose attributes aren't shown. */
function hidesAttributes({ model }: ResourceRow): boolean {
  return model?.includes(NO_ECHO) === true;
}
