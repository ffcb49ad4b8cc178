import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkObjects } from "@rolecast/server";
import {
  makeSchema,
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import { type Figures, type Report, runCampaign } from "./campaign.ts";
import { MODELS } from "./models.ts";
import type { Node } from "./node.ts";
import { ObjectStore } from "./object-store.ts";
import { pause } from "./pause.ts";
import { ServerNodes } from "./server-nodes.ts";
import { ageWriters, storeLeftovers } from "./store-leftovers.ts";

export interface KillsOptions {
  readonly kills: number;
  readonly seed: number;
  readonly minutes: number;
  /** Models with one of these in their names. */
  readonly services: readonly string[];
  /** So many models are changed and compared in a round; all of them without it. */
  readonly modelsPerRound?: number;
  readonly database: string;
  readonly nodes: number;
  /** The place of objects' bytes: `folder`, `remote` or `ceph`. */
  readonly objects: string;
  log(line: string): void;
}

/** Long enough bodies are files beside the database. */
const ARGS = [
  "--inline-object-bytes",
  "2000",
  "--scrub-bytes-per-second",
  "0",
  "--chat-log-delay-ms",
  "500",
];

/** Starts what a campaign needs, runs it, and ends all that was started. */
export async function runKills(options: KillsOptions): Promise<Report> {
  const { seed, kills, minutes, services, nodes, log } = options;
  const models = MODELS.filter(({ name }) => services.some((part) => name.includes(part)));
  if (models.length === 0) throw new Error(`no service of ${MODELS.map(({ name }) => name)}`);
  const folder = mkdtempSync(join(tmpdir(), "rolecast-kills-"));
  const ends: (() => Promise<unknown>)[] = [];
  let servers: ServerNodes | undefined;
  try {
    const postgres = options.database === "postgres" ? await startPostgres() : undefined;
    if (postgres) ends.push(() => postgres.remove());
    else if (nodes > 1) throw new Error("several nodes need --database postgres");
    const database = postgres && (await makeSchema(postgres.url));
    const environment: Record<string, string> = database ? { ROLECAST_DATABASE: database } : {};
    const store = await objectStoreOf(options.objects, folder);
    if (store) ends.push(() => store.close());
    Object.assign(environment, store?.environment);
    const faults = [
      ...(postgres ? [(chance: Chance) => crash(postgres, chance)] : []),
      ...(store?.faults ?? []),
    ];
    for (const model of models) {
      Object.assign(environment, await model.environment?.());
      if (model.close) ends.push(model.close);
    }
    const data = join(folder, "data");
    const args = [...ARGS, ...models.flatMap((model) => model.args ?? [])];
    const started = new ServerNodes({ data, folder, count: nodes, args, environment });
    servers = started;
    const beganMs = performance.now();
    const report = await runCampaign({
      ...{ models, servers: started, seed, kills, log },
      modelsPerRound: options.modelsPerRound ?? models.length,
      endsMs: performance.now() + minutes * 60_000,
      faults,
      async mend() {
        await store?.mend();
        if (store) await untilStoreIsBack(started.up);
      },
      async inspect(isLast) {
        if (store) return storeLeftoversOf(store, { data, database }, started, isLast);
        return database === undefined ? filesWithoutRows(data) : [];
      },
    });
    for (const line of linesOf(report, seed)) log(line);
    if (store) log(`${store.faulty} requests to the object store failed on their way`);
    log(`${Math.round((performance.now() - beganMs) / 1_000)} s`);
    return report;
  } finally {
    await servers?.end();
    for (const end of ends) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends PostgreSQL as a crash of its machine would, and starts it again. */
async function crash(postgres: PostgresServer, chance: Chance): Promise<string> {
  const ms = chance.below(1_500);
  await postgres.crash();
  await pause(ms);
  await postgres.start();
  return `PostgreSQL killed, away for ${ms} ms`;
}

async function objectStoreOf(kind: string, folder: string): Promise<ObjectStore | undefined> {
  if (kind === "folder") return undefined;
  if (kind !== "remote" && kind !== "ceph") throw new Error("--objects folder, remote or ceph");
  return ObjectStore.start(kind, folder);
}

async function storeLeftoversOf(
  store: ObjectStore,
  rows: { readonly data: string; readonly database: string | undefined },
  servers: ServerNodes,
  isLast: boolean,
): Promise<readonly string[]> {
  if (isLast) {
    await servers.stopAll();
    await ageWriters(rows);
    await servers.startAll();
  }
  return storeLeftovers(store, rows, isLast);
}

/** While the store is away, each look at a server's health has it tried once more. */
async function untilStoreIsBack(nodes: readonly Node[]): Promise<void> {
  for (const { endpoint } of nodes) {
    const isBack = async () => {
      const { s3 } = (await (await fetch(`${endpoint}/_rolecast/health`)).json()) as Health;
      return s3.objectStore.condition === "ok";
    };
    await until(isBack, "a server that has noticed that its object store is back");
  }
}

interface Health {
  readonly s3: { readonly objectStore: { readonly condition: string } };
}

/** The sweep of the last start runs during the requests: its end is waited for. */
async function filesWithoutRows(dataDir: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  const damaged: unknown[] = [];
  const look = () =>
    checkObjects({
      ...{ dataDir, database: undefined, removeUnreferenced: false },
      onDamaged: (one) => damaged.push(one),
      onProgress: () => {},
    });
  await until(async () => (await look()).unreferenced.files === 0, "no file without a row").catch(
    (error: Error) => wrong.push(error.message),
  );
  if (damaged.length > 0) wrong.push(`damaged objects: ${JSON.stringify(damaged)}`);
  return wrong;
}

const COLUMNS = ["acknowledged", "refused", "cut", "compared", "happened", "absent", "wrong"];

function linesOf({ figures, kills, rounds, faults, wrong }: Report, seed: number): string[] {
  const row = ({ outcomes, compared, happened, absent, wrong: bad }: Figures) =>
    [outcomes.acknowledged, outcomes.refused, outcomes.cut, compared, happened, absent, bad].map(
      (value, at) => String(value).padStart(COLUMNS[at]?.length ?? 0),
    );
  const all = [...figures.values()];
  const width = Math.max(...[...figures.keys()].map(({ length }) => length));
  const sum = (of: (one: Figures) => number) => all.reduce((total, one) => total + of(one), 0);
  return [
    `${"".padEnd(width)}  ${COLUMNS.join("  ")}`,
    ...[...figures].map(([name, one]) => [name.padEnd(width), ...row(one)].join("  ")),
    ...wrong.slice(0, 20),
    [
      `${kills} kills of servers in ${rounds} rounds, ${faults} other faults:`,
      `${sum(({ outcomes }) => outcomes.acknowledged)} operations acknowledged,`,
      `${sum(({ compared }) => compared)} resources compared, ${wrong.length} things wrong`,
      `(seed ${seed}): ${wrong.length === 0 ? "pass" : "FAIL"}`,
    ].join(" "),
  ];
}
