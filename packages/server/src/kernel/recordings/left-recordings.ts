import type { Clock } from "../clock.ts";
import type { RecordedMedia } from "./recorded-media.ts";
import type { RecordedRow } from "./recorded-row.ts";
import type { RecordingStore } from "./recording-store.ts";

/** Owners are the ids of nodes' leases, which are UUIDs. */
const PREFIX = "left";
/**
 * A node that stops while a bucket fails is waited for so long; after that another one finishes
 * what is in the bucket.
 */
export const LEFT_FOR_MS = 60 * 60_000;

/** The node whose disk a recording's last segments are on. */
export interface LeavingNode {
  /** Its lease, which it is about to give up; empty where no other node is. */
  readonly id: string;
  /** Stays with its folder, whichever process has it. */
  readonly folderId: string;
}

/**
 * Keeps recordings whose last segments wait on this node's disk from the other nodes, which would
 * finish them without: for the next process on this folder. To be called as the node stops.
 */
export async function leaveKept<Row extends RecordedRow>(
  { media, clock }: { readonly media: RecordedMedia; readonly clock: Clock },
  store: Pick<RecordingStore<Row>, "unfinished" | "give">,
  { id, folderId }: LeavingNode,
): Promise<void> {
  const streamIds = new Set(await media.keptRecordings.streamIds());
  if (id === "" || streamIds.size === 0) return;
  const owner = [PREFIX, folderId, clock.nowMs() + LEFT_FOR_MS].join(":");
  for (const row of await store.unfinished())
    if (row.owner === id && streamIds.has(row.last_stream_id)) await store.give(row, owner);
}

/** Whether a recording's owner has left it to the next process on a folder that isn't this one. */
export function isLeftToAnother(owner: string, folderId: string, nowMs: number): boolean {
  const [prefix, folder, untilMs] = owner.split(":");
  return prefix === PREFIX && folder !== folderId && nowMs < Number(untilMs);
}
