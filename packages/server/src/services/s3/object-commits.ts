import assert from "node:assert";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { Transaction } from "../../kernel/store.ts";
import { prefixOf, type WrittenBlob } from "./blobs/blob-store.ts";
import type { BlobWriters } from "./blobs/blob-writers.ts";
import { insertInlineBlob } from "./rows/inline-blobs.ts";
import type { S3Tables } from "./tables.ts";

/** Commits changes of objects, and counts those that refer to a new blob (docs/adr/0018). */
export class ObjectCommits {
  readonly #writers: Pick<BlobWriters, "count" | "acknowledge">;

  constructor(writers: Pick<BlobWriters, "count" | "acknowledge">) {
    this.#writers = writers;
  }

  /**
   * Runs `run` in the request's own transaction when there is one, else in one of its own. `blob`
   * is referred to from now on; inline bytes of it are inserted.
   */
  async commit<R>(
    context: RequestContext,
    run: (tx: Transaction<S3Tables>) => Promise<R>,
    blob?: Pick<WrittenBlob, "blobId" | "inlineBytes">,
  ): Promise<R> {
    if (blob === undefined) return context.transaction(run);
    assert(!context.inTransaction, "bytes are put in a transaction of their own");
    const { blobId, inlineBytes } = blob;
    if (inlineBytes)
      return context.transaction(async (tx: Transaction<S3Tables>) => {
        if (inlineBytes.byteLength > 0)
          await insertInlineBlob({ blob_id: blobId, bytes: inlineBytes }, tx.db);
        return run(tx);
      });
    const writer = new Set([prefixOf(blobId)]);
    const [value, counted] = await context.transaction(async (tx: Transaction<S3Tables>) => {
      const commits = await this.#writers.count(writer, tx.tables());
      return [await run(tx), commits] as const;
    });
    await this.#writers.acknowledge(counted);
    return value;
  }
}
