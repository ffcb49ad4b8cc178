import type { Chance } from "../fuzz/chance.ts";
import type { Checked, Model, Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { isSame, shown } from "./sameness.ts";

/** One operation on one thing. */
export interface Change<State> {
  /** The operation, for the log. */
  readonly says: string;
  send(at: Node): Promise<unknown>;
  /** The state afterwards; without an answer, with UNKNOWN for whatever the server chose. */
  after(answer?: unknown): State | undefined;
  /** Names of errors with which it may be refused, so that it changes nothing. */
  readonly refusals?: readonly string[];
  /** Without an answer it may still happen, so it is sent again until it has one. */
  readonly isRepeated?: boolean;
  /** Waits for what goes on after the acknowledgement. */
  settle?(at: Node): Promise<void>;
}

/** Things of one kind in a service, each with a name that the campaign gives it. */
export interface Kind<State> {
  readonly name: string;
  readonly keys: number;
  prepare?(at: Node): Promise<void>;
  /** A legal operation on a thing in this state; undefined is one that isn't there. */
  change(key: string, state: State | undefined, chance: Chance): Change<State>;
  /** Everything of the kind that is there, by name: also what nobody has asked for. */
  read(at: Node): Promise<ReadonlyMap<string, State>>;
  /** True for a thing with work under way, which can't be compared yet. */
  isUnderWay?(state: State): boolean;
  /** Sentences about what is wrong beyond the things themselves. */
  inspect?(at: Node, there: ReadonlyMap<string, State>): Promise<readonly string[]>;
}

/** A dead node's work is another one's after half a minute; then it has to end. */
const UNDER_WAY_MS_MAX = 120_000;
const LOOK_EVERY_MS = 200;
const LINES_KEPT = 12;

/** Everything that is known of a thing. */
interface Entry<State> {
  /** The states that it may be in: one, or two after an operation without an answer. */
  candidates: readonly (State | undefined)[];
  isBusy: boolean;
  /** A change without an answer that may still happen. */
  open: Change<State> | undefined;
  underWaySinceMs: number | undefined;
  readonly log: string[];
}

/** How a call ended. A refusal is an answer; whatever a 5xx left undone, nobody knows. */
export async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  try {
    await call;
    return "acknowledged";
  } catch (error) {
    return isOpen(statusOf(error)) ? "cut" : "refused";
  }
}

/** Makes a model of things that are created, changed, read back and compared whole. */
export function remembered<State>(kind: Kind<State>): Model {
  const entries = new Map<string, Entry<State>>();
  /** Legal operations that were refused: of something that isn't as it was acknowledged. */
  const surprises: string[] = [];
  const entryOf = (key: string) => {
    const entry = entries.get(key) ?? {
      ...{ candidates: [undefined], isBusy: false, open: undefined, log: [] },
      underWaySinceMs: undefined,
    };
    entries.set(key, entry);
    return entry;
  };
  for (let number = 0; number < kind.keys; number++) entryOf(`k${number}`);

  async function step(at: Node, chance: Chance): Promise<Outcome> {
    const key = `k${chance.below(kind.keys)}`;
    const entry = entryOf(key);
    const isKnown = entry.candidates.length === 1 || entry.open !== undefined;
    if (entry.isBusy || !isKnown || entry.underWaySinceMs !== undefined) return "idle";
    entry.isBusy = true;
    try {
      const change = entry.open ?? kind.change(key, entry.candidates[0], chance);
      return await perform(at, entry, change);
    } finally {
      entry.isBusy = false;
    }
  }

  async function perform(at: Node, entry: Entry<State>, change: Change<State>): Promise<Outcome> {
    const { log, candidates } = entry;
    if (!entry.open) entry.candidates = [...candidates, change.after()];
    try {
      const answer = await change.send(at);
      entry.candidates = [change.after(answer)];
      entry.open = undefined;
      log.push(`${change.says}: acknowledged`);
    } catch (error) {
      const status = statusOf(error);
      log.push(`${change.says}: ${status ?? "no answer"} ${String(error)}`);
      if (isOpen(status)) {
        if (change.isRepeated) entry.open = change;
        return "cut";
      }
      entry.candidates = candidates;
      if (!change.refusals?.includes((error as Error).name))
        surprises.push(`${kind.name} refused:\n    ${log.join("\n    ")}`);
      return "refused";
    } finally {
      log.splice(0, log.length - LINES_KEPT);
    }
    try {
      await change.settle?.(at);
    } catch (error) {
      if (!isOpen(statusOf(error))) throw error;
      entry.underWaySinceMs = performance.now();
    }
    return "acknowledged";
  }

  async function check(at: Node, isLast: boolean): Promise<Checked> {
    const untilMs = performance.now() + UNDER_WAY_MS_MAX;
    let there = await kind.read(at);
    while (isLast && kind.isUnderWay && [...there.values()].some(kind.isUnderWay)) {
      if (performance.now() > untilMs) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      there = await kind.read(at);
    }
    const wrong = surprises.splice(0);
    const unknown = { there: 0, absent: 0 };
    let compared = 0;
    for (const key of new Set([...entries.keys(), ...there.keys()])) {
      const entry = entryOf(key);
      const state = there.get(key);
      const about = `${kind.name} ${key}`;
      const history = `\n    ${[...entry.log].join("\n    ")}`;
      if (state !== undefined && kind.isUnderWay?.(state)) {
        entry.underWaySinceMs ??= performance.now();
        if (isLast || performance.now() - entry.underWaySinceMs > UNDER_WAY_MS_MAX)
          wrong.push(`${about} doesn't end: ${shown(state)}${history}`);
        continue;
      }
      entry.underWaySinceMs = undefined;
      compared += 1;
      const found = entry.candidates.findIndex((candidate) => isSame(candidate, state));
      if (found < 0) {
        const may = entry.candidates.map(shown).join("\n    or ");
        wrong.push(`${about} is\n    ${shown(state)}\n    and should be\n    ${may}${history}`);
      } else if (entry.candidates.length > 1) unknown[found === 0 ? "absent" : "there"] += 1;
      if (!entry.open) entry.candidates = [state];
      entry.log.push(`found ${shown(state).slice(0, 200)}`);
    }
    if (kind.inspect) wrong.push(...(await kind.inspect(at, there)));
    return { compared, unknown, wrong };
  }

  return {
    name: kind.name,
    step,
    check,
    ...(kind.prepare === undefined ? {} : { prepare: (at: Node) => kind.prepare?.(at) ?? none }),
  };
}

const none = Promise.resolve();

/** Whether nobody knows what became of a call that ended so. */
function isOpen(status: number | undefined): boolean {
  return status === undefined || status < 400 || status >= 500;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
