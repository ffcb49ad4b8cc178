import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Machine, processorsInUse, thisMachine } from "./processors.ts";

/*
 * What benches write down. With `--record` a run's figures go to docs/measurements/NAME.json, from
 * which `npm run bench:page` makes docs/benchmarks.md and its plots; without it they are printed
 * alone. On a machine that isn't at rest nothing is recorded: not before the run, and not when
 * others are found to work at its end.
 */

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as `requests/s`, `ms`, `MB`, `% of a core`. */
  readonly unit: string;
  /** Measured in the same run, in the same unit. */
  readonly beside?: { readonly name: string; readonly value: number };
}

export interface Measurement {
  readonly bench: string;
  /** As it was started. */
  readonly command: string;
  readonly commit: string;
  readonly measured: string;
  readonly machine: Machine;
  /** Processors that other programs used, before the run and after it. */
  readonly others: readonly [before: number, after: number];
  readonly figures: readonly Figure[];
}

const ROOT = join(import.meta.dirname, "../..");
export const MEASUREMENTS = join(ROOT, "docs/measurements");
const FLAG = "--record";
const OTHERS_MAX = 0.1;
/** The system needs seconds to take back what ended programs held: memory, sockets, files. */
const LOOKS_MAX = 4;
const DIGITS = 4;

const [, script = "", ...words] = process.argv;
const isAsked = words.includes(FLAG);
// Benches read their other words by place.
if (isAsked) process.argv.splice(process.argv.indexOf(FLAG), 1);

export class Recorder {
  readonly #bench: string;
  readonly #othersBefore: number;
  readonly #figures: Figure[] = [];

  private constructor(bench: string, othersBefore: number) {
    this.#bench = bench;
    this.#othersBefore = othersBefore;
  }

  /**
   * Before anything is started.
   *
   * @throws Error where figures are to be recorded and the machine isn't at rest.
   */
  static async begin(bench: string): Promise<Recorder> {
    return new Recorder(bench, isAsked ? await restingUse() : 0);
  }

  add(figure: Figure): void {
    const { value, beside } = figure;
    this.#figures.push({
      ...figure,
      value: rounded(value),
      ...(beside && { beside: { ...beside, value: rounded(beside.value) } }),
    });
  }

  /**
   * When everything that the bench has started is at its end.
   *
   * @throws Error where figures are to be recorded and others work on the machine.
   */
  async write(): Promise<void> {
    if (!isAsked) return;
    const measurement: Measurement = {
      bench: this.#bench,
      command: ["npx tsx", relative(ROOT, script), ...words].join(" "),
      commit: commitOf(),
      measured: new Date().toISOString(),
      machine: thisMachine(),
      others: [this.#othersBefore, await restingUse()],
      figures: this.#figures,
    };
    mkdirSync(MEASUREMENTS, { recursive: true });
    const file = join(MEASUREMENTS, `${this.#bench}.json`);
    writeFileSync(file, `${JSON.stringify(measurement, null, 2)}\n`);
    console.log(`recorded in ${file}`);
  }
}

async function restingUse(looksMax = LOOKS_MAX): Promise<number> {
  const others = rounded(await processorsInUse());
  if (others <= OTHERS_MAX) return others;
  if (looksMax > 1) return restingUse(looksMax - 1);
  const limit = `with more than ${OTHERS_MAX} nothing is recorded`;
  throw new Error(`The machine isn't at rest: programs use ${others} processors, ${limit}.`);
}

/** The workspace's, and whether it has changes since. */
function commitOf(): string {
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  const changes = git("status", "--porcelain", "--", "packages", "bench");
  return git("rev-parse", "--short=12", "HEAD") + (changes === "" ? "" : " and changes");
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
