import { Chance } from "../fuzz/chance.ts";
import type { Checked, Model, Outcome } from "./model.ts";
import { deadline, pause } from "./pause.ts";
import type { ServerNodes } from "./server-nodes.ts";

export interface CampaignOptions {
  readonly models: readonly Model[];
  /** So many of them are changed and compared in a round, and all of them in the last. */
  readonly modelsPerRound: number;
  readonly servers: ServerNodes;
  readonly seed: number;
  readonly kills: number;
  readonly endsMs: number;
  /** Other parts that may fail. Each resolves to a sentence, once it is mended. */
  readonly faults: readonly ((chance: Chance) => Promise<string>)[];
  /** Resolves once other parts that still fail are mended, before everything is compared. */
  mend?(): Promise<void>;
  /** Asked after each restart for faults beyond one service. `isLast` as a model's. */
  inspect(isLast: boolean): Promise<readonly string[]>;
  log(line: string): void;
}

/** One service's figures. */
export interface Figures {
  readonly outcomes: Record<Outcome, number>;
  compared: number;
  happened: number;
  absent: number;
  wrong: number;
}

export interface Report {
  readonly figures: ReadonlyMap<string, Figures>;
  readonly kills: number;
  readonly rounds: number;
  /** Faults of other parts. */
  readonly faults: number;
  readonly wrong: readonly string[];
}

const WRITERS = 8;
/** Acknowledged before anything is killed, so that there is something to lose. */
const OPERATIONS_MIN = 10;
/** For each model, so that all of them have a share. */
const OPERATIONS_PER_MODEL_MAX = 8;
const WORK_MS_MAX = 6_000;
const REST_MS = 10;
/** The longest that a request may take whose server or store fails meanwhile. */
const REQUEST_MS_MAX = 300_000;

/** Changes, kills, restarts and compares, until there were enough kills or time is up. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { models, modelsPerRound, servers, seed, faults } = options;
  const figures = new Map(models.map(({ name }) => [name, newFigures()]));
  const wrong: string[] = [];
  const chance = new Chance(seed);
  let rounds = 0;
  let faultsSeen = 0;
  let other = 0;
  const isOver = () => servers.kills + other >= options.kills || performance.now() > options.endsMs;

  await servers.startAll();
  for (const model of models) {
    const [node] = servers.up;
    if (node) await model.prepare?.(node);
  }
  let isLast = false;
  while (!isLast && wrong.length === 0) {
    rounds += 1;
    const changed = some(models, modelsPerRound, chance);
    const work = startWork(changed, servers, seed * 1_000 + rounds * WRITERS, figures);
    await work.enough(OPERATIONS_MIN + chance.below(OPERATIONS_PER_MODEL_MAX * changed.length));
    await pause(chance.below(300));
    const seen = faultsSeen;
    if (faults.length > 0 && chance.rarely(2)) {
      options.log(`${rounds}: ${await chance.one(faults)(chance)}`);
      faultsSeen += 1;
      other += 1;
      await pause(chance.below(300));
    }
    options.log(`${rounds}: ${await servers.kill(chance, faultsSeen > seen)}`);
    // The other nodes, where there are some, go on meanwhile.
    await pause(servers.up.length > 0 ? chance.below(1_500) : 0);
    if (chance.rarely(3)) options.log(`${rounds}: ${await servers.killStarting(chance)}`);
    const hangs = deadline(REQUEST_MS_MAX).then(() => ["requests that never end"]);
    wrong.push(...(await Promise.race([work.end().then(() => []), hangs])));
    await servers.startAll();
    await options.mend?.();
    isLast = isOver();
    const compared = isLast ? models : changed;
    wrong.push(...(await checkAll(options, compared, chance, figures, isLast)));
    wrong.push(...servers.wrong.splice(0));
  }
  await servers.stopAll();
  wrong.push(...servers.wrong);
  return { figures, kills: servers.kills, rounds, faults: faultsSeen, wrong };
}

async function checkAll(
  { servers, inspect }: CampaignOptions,
  models: readonly Model[],
  chance: Chance,
  figures: ReadonlyMap<string, Figures>,
  isLast: boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  // One after the other: the campaign stays reproducible.
  for (const model of models) {
    const node = chance.one(servers.up);
    const checked = await model.check(node, isLast).catch(
      (error: unknown): Checked => ({
        ...{ compared: 0, unknown: { there: 0, absent: 0 } },
        wrong: [`${model.name} can't be read: ${(error as Error).stack ?? String(error)}`],
      }),
    );
    const of = figures.get(model.name);
    if (of) {
      of.compared += checked.compared;
      of.happened += checked.unknown.there;
      of.absent += checked.unknown.absent;
      of.wrong += checked.wrong.length;
    }
    wrong.push(...checked.wrong);
  }
  return [...wrong, ...(await inspect(isLast))];
}

function some(models: readonly Model[], count: number, chance: Chance): readonly Model[] {
  const left = [...models];
  while (left.length > count) left.splice(chance.below(left.length), 1);
  return left;
}

/** Clients that change things until they are told to end. */
function startWork(
  models: readonly Model[],
  servers: ServerNodes,
  seed: number,
  figures: ReadonlyMap<string, Figures>,
) {
  let isOver = false;
  let acknowledged = 0;
  const write = async (chance: Chance) => {
    while (!isOver) {
      const model = chance.one(models);
      const { up } = servers;
      const outcome = up.length === 0 ? "idle" : await model.step(chance.one(up), chance);
      const of = figures.get(model.name);
      if (of) of.outcomes[outcome] += 1;
      if (outcome === "acknowledged") acknowledged += 1;
      else await pause(REST_MS);
    }
  };
  const writing = Array.from({ length: WRITERS }, (_none, number) =>
    write(new Chance(seed + number)),
  );
  const failed = Promise.all(writing);
  failed.catch(() => {});
  return {
    /** Resolves once so many operations were acknowledged, or after a few seconds. */
    async enough(operations: number): Promise<void> {
      const untilMs = performance.now() + WORK_MS_MAX;
      while (acknowledged < operations && performance.now() < untilMs)
        await Promise.race([pause(REST_MS), failed]);
    },
    async end(): Promise<void> {
      isOver = true;
      await failed;
    },
  };
}

function newFigures(): Figures {
  const outcomes = { acknowledged: 0, refused: 0, cut: 0, idle: 0 };
  return { outcomes, compared: 0, happened: 0, absent: 0, wrong: 0 };
}
