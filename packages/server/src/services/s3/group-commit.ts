import assert from "node:assert";
import { AwsError } from "../../kernel/aws-error.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../kernel/store.ts";
import { nextTurn } from "../../kernel/work/turns.ts";
import { prefixOf } from "./blobs/blob-files.ts";
import type { BlobWriters, CountedCommits } from "./blobs/blob-writers.ts";
import type { S3Tables } from "./tables.ts";

/** Changes committed together at most; each is a few short statements. */
const GROUP_SIZE_MAX = 64;

type Outcome = { readonly value: unknown } | { readonly refusal: AwsError };

interface Waiting {
  /** The writer whose blob the change commits. */
  readonly writer: string | undefined;
  readonly run: (tx: Transaction<S3Tables>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit, and so one wait for the disk, for all the objects whose bytes became durable while
 * the commit before was running. A change throws an AwsError only before its first write: then it
 * alone is refused.
 */
export class GroupCommit {
  readonly #store: Store<S3Tables>;
  readonly #writers: Pick<BlobWriters, "count" | "acknowledge">;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(store: Store, writers: Pick<BlobWriters, "count" | "acknowledge">) {
    this.#store = store.tables<S3Tables>();
    this.#writers = writers;
  }

  /**
   * Runs `run` in the request's own transaction when there is one, else in a group's. `blobId` is
   * the blob that is referred to from now on, if there is one: its commit is counted.
   */
  commit<R>(
    context: RequestContext,
    run: (tx: Transaction<S3Tables>) => Promise<R>,
    blobId?: string,
  ): Promise<R> {
    if (context.inTransaction) {
      assert(blobId === undefined, "bytes are put in a transaction of their own");
      return context.transaction(run);
    }
    const writer = blobId === undefined ? undefined : prefixOf(blobId);
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({
        writer,
        run: (tx) => context.within(tx, run),
        resolve: (value) => resolve(value as R),
        reject,
      });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      // A commit blocks the thread until it is durable: first everybody is heard who is ready now.
      await nextTurn();
      const group = this.#waiting.splice(0, GROUP_SIZE_MAX);
      await this.#commitGroup(group);
    }
    this.#busy = false;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const writers = new Set(group.flatMap(({ writer }) => writer ?? []));
    let outcomes: readonly Outcome[];
    let counted: CountedCommits;
    try {
      [outcomes, counted] = await this.#store.transaction(async (tx) => {
        const commits = await this.#writers.count(writers, tx.tables());
        const done: Outcome[] = [];
        for (const { run } of group) done.push(await outcomeOf(run, tx));
        return [done, commits] as const;
      });
    } catch (error) {
      // Again would be no better; and if this commit has happened, it must not happen twice.
      if (error instanceof StoreUnavailableError) {
        for (const change of group) change.reject(error);
        return;
      }
      // One change's failure must not be the others': each gets a transaction of its own.
      if (group.length === 1) return group[0]?.reject(error);
      for (const change of group) await this.#commitGroup([change]);
      return;
    }
    // The next group's commit needn't wait for it.
    this.#writers.acknowledge(counted).then(
      () => answer(group, outcomes),
      (error: unknown) => {
        for (const change of group) change.reject(error);
      },
    );
  }
}

function answer(group: readonly Waiting[], outcomes: readonly Outcome[]): void {
  for (const [index, change] of group.entries()) {
    const outcome = outcomes[index];
    if (outcome && "value" in outcome) change.resolve(outcome.value);
    else change.reject(outcome?.refusal);
  }
}

async function outcomeOf(run: Waiting["run"], tx: Transaction<S3Tables>): Promise<Outcome> {
  try {
    return { value: await run(tx) };
  } catch (error) {
    if (error instanceof AwsError) return { refusal: error };
    throw error;
  }
}
