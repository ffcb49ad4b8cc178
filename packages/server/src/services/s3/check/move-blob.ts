import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { placeBelow } from "../../../kernel/files/path-below.ts";
import { makeFolderDurably } from "../../../kernel/files/write-durably.ts";
import { hasCode, openBlobFile } from "../blobs/blob-files.ts";
import { writeAll } from "../blobs/write-all.ts";
import { keyOf } from "../remote/remote-blobs.ts";
import { RemoteUpload, uploadMemory } from "../remote/remote-upload.ts";
import type { StoreClient } from "../remote/store-client.ts";
import type { StoredBlob } from "./stored-objects.ts";

/** The outcome for one blob; another text says what is wrong with it. */
export const MOVED = "moved";
/** It was at its new place already. */
export const THERE = "there";
/** It was removed meanwhile. */
export const GONE = "gone";

export interface BlobMoveOptions {
  readonly dir: string;
  readonly client: StoreClient;
  readonly isReferenced: (blobId: string) => Promise<boolean>;
}

/** Moves blobs between a folder and an object store, beside servers that read both places. */
export class BlobMove {
  readonly #options: BlobMoveOptions;
  readonly #memory = uploadMemory();

  constructor(options: BlobMoveOptions) {
    this.#options = options;
  }

  /** Compares the file with its row on the way, and removes it once the store has its bytes. */
  async toStore(blob: StoredBlob): Promise<string> {
    const { dir, client, isReferenced } = this.#options;
    const path = placeBelow(dir, blob.blobId);
    const handle = await openBlobFile(path).catch(ignoring("ENOENT"));
    if (!handle) return this.#whereElse(blob);
    const damage = await this.#send(handle, blob).finally(() => handle.close());
    if (damage !== undefined) return damage;
    if (!(await isReferenced(blob.blobId))) {
      // Its server removed it from both places, perhaps before it was in this one.
      await client.delete([keyOf(blob.blobId)]);
      return GONE;
    }
    await rm(path, { force: true });
    return MOVED;
  }

  /**
   * Compares the bytes with their row on the way. The file is whole when it has its name; its
   * object is the caller's to remove, after the folder is synced.
   */
  async toFolder(blob: StoredBlob): Promise<string> {
    const { dir, client, isReferenced } = this.#options;
    const path = placeBelow(dir, blob.blobId);
    const found = await stat(path).catch(ignoring("ENOENT"));
    if (found) return found.size === blob.sizeBytes ? THERE : sizeOf(found.size, blob);
    const opened = await client.get(keyOf(blob.blobId));
    if (!opened) return (await isReferenced(blob.blobId)) ? "no object in the store" : GONE;
    await makeFolderDurably(dirname(path));
    const partial = `${path}.partial`;
    const handle = await open(partial, "w", 0o600);
    try {
      const digest = blob.digest?.algorithm.start();
      let size = 0;
      for await (const bytes of opened.body) {
        digest?.update(bytes);
        size += bytes.byteLength;
        await handle.writeFile(bytes);
      }
      if (size !== blob.sizeBytes) return sizeOf(size, blob);
      if (digest && blob.digest && !digest.digest().equals(blob.digest.value))
        return `bytes that aren't those of its ${blob.digest.algorithm.name}`;
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
    if (await isReferenced(blob.blobId)) return MOVED;
    await rm(path, { force: true });
    return GONE;
  }

  async #send(handle: FileHandle, blob: StoredBlob): Promise<string | undefined> {
    const { blobId, sizeBytes, digest: stored } = blob;
    const { size } = await handle.stat();
    if (size !== sizeBytes) return sizeOf(size, blob);
    const digest = stored?.algorithm.start();
    const observeBatch = async (bytes: Uint8Array) => {
      digest?.update(bytes);
    };
    const upload = new RemoteUpload(this.#options.client, keyOf(blobId), sizeBytes, this.#memory);
    try {
      const source = handle.createReadStream({ autoClose: false });
      const how = { seal: undefined, spend: () => undefined, checkSize: undefined };
      await writeAll(source, upload, { observeBatch }, how);
      if (digest && stored && !digest.digest().equals(stored.value)) {
        await upload.abandon();
        return `bytes that aren't those of its ${stored.algorithm.name}`;
      }
      // An earlier run may have been killed before it removed the file.
      await upload.finish({ mayExist: true });
      return undefined;
    } catch (error) {
      await upload.abandon();
      throw error;
    }
  }

  /** For a blob without a file. */
  async #whereElse(blob: StoredBlob): Promise<string> {
    const { client, isReferenced } = this.#options;
    const opened = await client.get(keyOf(blob.blobId), { start: 0, length: 1 });
    opened?.body.destroy();
    if (opened) return opened.sizeBytes === blob.sizeBytes ? THERE : sizeOf(opened.sizeBytes, blob);
    return (await isReferenced(blob.blobId)) ? "no file" : GONE;
  }
}

function sizeOf(found: number | undefined, { sizeBytes }: StoredBlob): string {
  return `${found} bytes instead of ${sizeBytes}`;
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if (hasCode(error, code)) return undefined;
    throw error;
  };
}
