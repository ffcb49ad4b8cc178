/**
 * The server that `growth.ts` asks, in a process of its own, so that only the server's work counts.
 * Its parent sends anything and is sent what the server has used since it did so before.
 */
import { createServer } from "@rolecast/server";
import { accountSettings, grownAccounts } from "../../test/support/grown-lists/accounts.ts";
import { HeldTime, threadTimeMs } from "./thread-time.ts";

/** In milliseconds of processor time. */
export interface Used {
  readonly servingMs: number;
  /** The longest of it without a turn for others. */
  readonly heldMs: number;
}

const [data = "", database = "", ...items] = process.argv.slice(2);

const server = await createServer({
  data,
  accounts: accountSettings(grownAccounts(...items.map(Number))),
  ...(database === "" ? {} : { database }),
  ...{ port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 },
});
const held = new HeldTime();
let atMs = threadTimeMs();
process.on("message", () => {
  const nowMs = threadTimeMs();
  const used: Used = { servingMs: nowMs - atMs, heldMs: held.takeMs() };
  atMs = nowMs;
  process.send?.(used);
});
process.once("disconnect", () => void server.close().then(() => process.exit()));
process.send?.(server.endpoint);
