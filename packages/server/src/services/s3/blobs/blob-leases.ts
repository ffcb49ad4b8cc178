import type { Transaction } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { deleteInlineBlobs, isInline } from "../rows/inline-blobs.ts";
import type { S3Tables } from "../tables.ts";

/**
 * Keeps an object's files while somebody reads them, though the object is overwritten or deleted
 * meanwhile. Owners are object ids: what belongs to one is removed as a whole.
 */
export class BlobLeases {
  readonly #remove: (blobIds: readonly string[]) => Promise<void>;
  readonly #note:
    | ((blobIds: readonly string[], tx: Transaction<S3Tables>) => Promise<void>)
    | undefined;
  readonly #held = new Map<string, { readers: number; doomed: string[] }>();
  /** Owners whose files are being removed: too late to begin reading. */
  readonly #removing = new Set<string>();

  /** `note` writes down in the transaction what is to be removed after it. */
  constructor(
    remove: (blobIds: readonly string[]) => Promise<void>,
    note?: (blobIds: readonly string[], tx: Transaction<S3Tables>) => Promise<void>,
  ) {
    this.#remove = remove;
    this.#note = note;
  }

  /** The blobs that wait for their readers. */
  get doomed(): ReadonlySet<string> {
    return new Set([...this.#held.values()].flatMap(({ doomed }) => doomed));
  }

  /** The way to let go, or undefined when the owner's files are being removed. */
  hold(owner: string): (() => void) | undefined {
    if (this.#removing.has(owner)) return undefined;
    const lease = this.#held.get(owner) ?? { readers: 0, doomed: [] };
    this.#held.set(owner, lease);
    lease.readers++;
    let holding = true;
    return () => {
      if (!holding) return;
      holding = false;
      if (--lease.readers > 0) return;
      this.#held.delete(owner);
      if (lease.doomed.length > 0) this.#removeNow(owner, lease.doomed);
    };
  }

  /**
   * Removes the files once `tx` is committed and no request reads them. Inline blobs go with the
   * transaction: a request has read them when it answers.
   */
  removeAfterCommit(
    owner: string,
    blobIds: readonly string[],
    tx: Transaction<S3Tables>,
  ): Promise<void> | undefined {
    const inline = blobIds.filter(isInline);
    if (inline.length === 0) return this.#removeFiles(owner, blobIds, tx);
    const files = blobIds.filter((blobId) => !isInline(blobId));
    return deleteInlineBlobs(inline, tx.db).then(() => this.#removeFiles(owner, files, tx));
  }

  #removeFiles(
    owner: string,
    blobIds: readonly string[],
    tx: Transaction<S3Tables>,
  ): Promise<void> | undefined {
    if (blobIds.length === 0) return undefined;
    tx.afterCommit(() => this.remove(owner, blobIds));
    return this.#note?.(blobIds, tx);
  }

  /** Removes the files once no request reads them; doesn't wait for it. */
  remove(owner: string, blobIds: readonly string[]): void {
    const lease = this.#held.get(owner);
    if (lease) lease.doomed.push(...blobIds);
    else this.#removeNow(owner, blobIds);
  }

  #removeNow(owner: string, blobIds: readonly string[]): void {
    this.#removing.add(owner);
    inBackground(this.#remove(blobIds).finally(() => this.#removing.delete(owner)));
  }
}
