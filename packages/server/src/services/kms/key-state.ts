import type { KeyRow, KeyState } from "./tables.ts";

/** The state of a key as answers have it: the one that is stored, or that it lacks material. */
export function keyStateOf(
  key: Pick<KeyRow, "state" | "has_material">,
): KeyState | "PendingImport" {
  return key.has_material === 0 && !isPendingDeletion(key) ? "PendingImport" : key.state;
}

/** Whether the key's deletion is scheduled, be it that it waits for its replicas. */
export function isPendingDeletion({ state }: Pick<KeyRow, "state">): boolean {
  return state === "PendingDeletion" || state === "PendingReplicaDeletion";
}
