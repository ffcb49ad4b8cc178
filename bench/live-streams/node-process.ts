/**
 * A node that `live-streams.ts` starts: a server whose encoders are simulated. It is sent the
 * stream keys that are to be live, and answers when they are; sent `end`, it ends all that are.
 */
import assert from "node:assert";
import { createServer } from "@rolecast/server";
import { accountSettings, grownAccounts } from "../../test/support/grown-lists/accounts.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

const [data = "", database = "", ...items] = process.argv.slice(2);

let engine: SimulatedEngine | undefined;
const server = await createServer(
  {
    ...{ data, database, accounts: accountSettings(grownAccounts(...items.map(Number))) },
    ...{ port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, logLevel: "error" },
  },
  {
    makeEngine: (_options, host) => {
      engine = new SimulatedEngine(host);
      return engine;
    },
  },
);
process.on("message", (asked: readonly string[] | "end") => {
  assert(engine, "a server makes its engine before it is ready");
  if (asked === "end") {
    engine.endAll();
    process.send?.("ended");
  } else {
    void engine.begin(asked).then(() => process.send?.("live"));
  }
});
process.once("disconnect", () => void server.close().then(() => process.exit()));
process.send?.(server.endpoint);
