import { open } from "node:fs/promises";
import { OneAtATime } from "../../../kernel/work/one-at-a-time.ts";

/** Makes a folder's entries durable, once for all callers that wait at the same time. */
export function folderSync(dir: string): OneAtATime {
  return new OneAtATime(async () => {
    const handle = await open(dir, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
