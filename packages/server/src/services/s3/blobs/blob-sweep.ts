import { readdir, rmdir, stat } from "node:fs/promises";
import { pathBelow, placeBelow } from "../../../kernel/files/path-below.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { type BlobFiles, hasCode } from "./blob-files.ts";
import { prefixOf } from "./blob-store.ts";
import type { BlobWriters, WriterState } from "./blob-writers.ts";

/** Blob ids that are looked up at once. */
const BATCH_SIZE = 500;

export interface BlobSweepOptions {
  /** The blobs' folder. */
  readonly dir: string;
  readonly blobs: Pick<BlobFiles, "remove">;
  readonly writers: Pick<BlobWriters, "states" | "forget">;
  readonly findReferenced: (blobIds: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Removes what else the ended writer `prefix` has left, in another place. */
  readonly sweepElsewhere?: ((prefix: string) => Promise<FileCount>) | undefined;
  /** The time after a writer's end in which something of it may still come to that place. */
  readonly lateMs?: number | undefined;
  readonly signal: AbortSignal;
}

export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

export interface SweptBlobs {
  readonly removed: FileCount;
  /** No row refers to them, but nothing proves that they are orphans. */
  readonly kept: FileCount;
  /** Writers of what was kept. */
  readonly keptWriters: number;
  /** False where something may still come of a writer that has ended: another sweep is due. */
  readonly isOver: boolean;
}

/**
 * Removes the files that no row refers to, of writers that have ended and all of whose commits this
 * database knows. Of other writers such files may be objects of a newer copy of the database: they
 * are kept and counted.
 */
export async function sweepBlobs(options: BlobSweepOptions): Promise<SweptBlobs> {
  const { dir, blobs, writers, sweepElsewhere, lateMs, signal } = options;
  // Before the folders: who registers after this has none among them.
  const folders = await foldersOf(dir);
  const states = await writers.states();
  const removed = { files: 0, bytes: 0 };
  const kept = { files: 0, bytes: 0 };
  const keptWriters = new Set<string>();
  let isOver = true;
  for (const folder of folders) {
    const prefix = prefixOf(folder);
    const state: WriterState = states.get(prefix) ?? "unknown";
    if (state === "open") continue;
    for await (const blobIds of unreferenced(folder, options)) {
      const bytes = await bytesOf(dir, blobIds);
      const into = state === "complete" ? removed : kept;
      into.files += blobIds.length;
      into.bytes += bytes;
      if (state === "complete") await blobs.remove(blobIds);
      else keptWriters.add(prefix);
    }
    if (signal.aborted) break;
    if (state === "complete") await removeIfEmpty(pathBelow(dir, folder));
  }
  if (!signal.aborted) {
    if (sweepElsewhere) await sweepComplete(states, sweepElsewhere, removed, signal);
    if (signal.aborted) return { removed, kept, keptWriters: keptWriters.size, isOver };
    const withFolders = new Set(folders.map(prefixOf));
    const over = [...states].filter(
      ([prefix, state]) => state === "complete" && !withFolders.has(prefix),
    );
    isOver = await writers.forget(
      over.map(([prefix]) => prefix),
      lateMs,
    );
  }
  return { removed, kept, keptWriters: keptWriters.size, isOver };
}

async function sweepComplete(
  states: ReadonlyMap<string, WriterState>,
  sweep: (prefix: string) => Promise<FileCount>,
  removed: { files: number; bytes: number },
  signal: AbortSignal,
): Promise<void> {
  for (const [prefix, state] of states) {
    if (state !== "complete" || signal.aborted) continue;
    const { files, bytes } = await sweep(prefix);
    removed.files += files;
    removed.bytes += bytes;
  }
}

async function* unreferenced(
  folder: string,
  { dir, findReferenced, signal }: BlobSweepOptions,
): AsyncGenerator<readonly string[]> {
  const blobIds = (await readdir(pathBelow(dir, folder))).map((file) => `${folder}/${file}`);
  for (let at = 0; at < blobIds.length && !signal.aborted; at += BATCH_SIZE) {
    const batch = blobIds.slice(at, at + BATCH_SIZE);
    const referenced = await findReferenced(batch);
    const others = batch.filter((blobId) => !referenced.has(blobId));
    if (others.length > 0) yield others;
    // SQLite answers without giving others their turn.
    await nextTurn();
  }
}

async function foldersOf(dir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function bytesOf(dir: string, blobIds: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const blobId of blobIds) {
    try {
      bytes += (await stat(placeBelow(dir, blobId))).size;
    } catch (error) {
      // Another node may sweep too.
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
  return bytes;
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOENT"].some((code) => hasCode(error, code))) return;
    throw error;
  }
}
