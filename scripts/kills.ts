/*
 * A server as built, in a process of its own, that is killed over and over while clients change
 * everything that it keeps: `npm run test:kills -- --kills 100 --seed 1`.
 *
 *   --service s3,kms            models with one of these in their names alone
 *   --models 5                  so many of them in a round, which makes rounds short
 *   --database postgres         PostgreSQL, which is killed too
 *   --nodes 2                   so many servers on it
 *   --objects remote            objects' bytes in a further Rolecast that fails, too; or in `ceph`
 *   --minutes 10                ends sooner, if there is no time for all kills
 *
 * Clients remember what was acknowledged. After each kill, which may come while the server starts
 * or stops, everything is read back and compared: what was acknowledged is there, what wasn't is
 * there as a whole or not at all, whatever was begun ends, and nothing is left over. A line a kill
 * says what was done; at the end each service's figures. Ends with 1 when something is wrong: then
 * it shows the last operations on what is wrong, and the seed.
 */
import { parseArgs } from "node:util";
import { runKills } from "./kills/run-kills.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "30" },
    service: { type: "string", default: "" },
    models: { type: "string" },
    database: { type: "string", default: "sqlite" },
    nodes: { type: "string", default: "1" },
    objects: { type: "string", default: "folder" },
  },
});
const { wrong } = await runKills({
  kills: Number(values.kills),
  seed: Number(values.seed),
  minutes: Number(values.minutes),
  services: values.service.split(","),
  ...(values.models === undefined ? {} : { modelsPerRound: Number(values.models) }),
  database: values.database,
  nodes: Number(values.nodes),
  objects: values.objects,
  log: (line) => console.log(line),
});
process.exitCode = wrong.length === 0 ? 0 : 1;
