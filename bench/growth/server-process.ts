/**
 * The server that `growth.ts` asks, in a process of its own, so that only the server's work holds its
 * event loop. Its parent sends anything and is sent the longest time since it did so before, in ms.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createServer } from "@rolecast/server";
import { accountSettings, grownAccounts } from "../../test/support/grown-lists/accounts.ts";

const [data = "", database = "", ...items] = process.argv.slice(2);
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

const server = await createServer({
  data,
  accounts: accountSettings(grownAccounts(...items.map(Number))),
  ...(database === "" ? {} : { database }),
  ...{ port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 },
});
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on("message", () => {
  process.send?.(Math.max(0, delays.max / NS_PER_MS - RESOLUTION_MS));
  delays.reset();
});
process.once("disconnect", () => void server.close().then(() => process.exit()));
process.send?.(server.endpoint);
