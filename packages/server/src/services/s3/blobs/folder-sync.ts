import { open } from "node:fs/promises";
import { SharedSync } from "../../../kernel/files/shared-sync.ts";

/** Makes a folder's entries durable, for all who ask at once. */
export function folderSync(dir: string): SharedSync {
  return new SharedSync(async () => {
    const handle = await open(dir, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
