import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Chance } from "./fuzz/chance.ts";
import { listMutants, type Mutant } from "./mutate/mutants.ts";
import { TestMap } from "./mutate/test-map.ts";
import { WorkspaceCopy } from "./mutate/workspace-copy.ts";

/*
 * Changes one place of the code at a time and runs the tests that should notice.
 *
 *   npx tsx scripts/mutate.ts --seed 1 --count 20 --folder packages/policy
 *   npx tsx scripts/mutate.ts --seed 1 --count 20 --change main..HEAD
 *
 * The places are drawn at random: the same seed draws the same ones from the same code. All happens
 * in a copy of the workspace. A mutant that no test kills is printed: either a test is missing, or
 * the change makes no difference. Units run first, then the black-box tests of what was changed;
 * tests of a built command don't see the change, so they aren't run.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20" },
    /** Several with commas. */
    folder: { type: "string", default: "packages" },
    /** A range of git's: only lines that it added. */
    change: { type: "string" },
    /** Seconds for the tests of one mutant; what takes longer hangs, and is killed. */
    deadline: { type: "string", default: "240" },
  },
});

type Outcome =
  | { readonly result: "killed" | "timeout" | "killed by types" }
  | { readonly result: "survived"; readonly tests: number };

const copy = new WorkspaceCopy();
const passing = new Set<string>();
process.once("SIGINT", () => {
  copy.remove();
  process.exit(130);
});
try {
  const map = new TestMap(
    copy.root,
    copy.files.filter((path) => /\.tsx?$/.test(path)),
  );
  const survivors: Mutant[] = [];
  let judged = 0;
  for (const mutant of draw()) {
    const outcome = await judge(mutant, map);
    judged += 1;
    const place = `${mutant.path}:${mutant.line}`;
    if (outcome.result !== "survived") {
      console.log(`${outcome.result}  ${place}  ${mutant.operator}`);
      continue;
    }
    survivors.push(mutant);
    console.log(`SURVIVED ${outcome.tests} files of tests  ${place}  ${mutant.operator}`);
    console.log(diffOf(mutant));
  }
  const killed = judged - survivors.length;
  console.log(`${killed} of ${judged} killed (seed ${values.seed}).`);
} finally {
  copy.remove();
}

/** Draws as many mutants as were asked for, each in another line. */
function draw(): Mutant[] {
  const folders = values.folder.split(",");
  const lines = values.change === undefined ? undefined : addedLines(values.change);
  const all = copy.files
    .filter((path) => /^packages\/\w+\/src\/.*\.tsx?$/.test(path))
    .filter((path) => !/\.test\.tsx?$|\.testing\.ts$|\/testing\/|\/generated\/|\.d\.ts$/.test(path))
    .filter((path) => lines !== undefined || folders.some((folder) => path.startsWith(folder)))
    .filter((path) => lines === undefined || lines.has(path))
    .flatMap((path) => listMutants(path, readFileSync(join(copy.root, path), "utf8")))
    .filter(({ path, line }) => lines === undefined || lines.get(path)?.has(line));
  const chance = new Chance(Number(values.seed));
  const drawn = new Map<string, Mutant>();
  const wanted = Math.min(Number(values.count), new Set(all.map(lineOf)).size);
  while (drawn.size < wanted) {
    const mutant = chance.one(all);
    if (!drawn.has(lineOf(mutant))) drawn.set(lineOf(mutant), mutant);
  }
  console.log(`${drawn.size} of ${all.length} mutants.`);
  return [...drawn.values()];
}

function lineOf({ path, line }: Mutant): string {
  return `${path}:${line}`;
}

function addedLines(range: string): Map<string, Set<number>> {
  const diff = execFileSync("git", ["diff", "--unified=0", range], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const lines = new Map<string, Set<number>>();
  let path = "";
  for (const line of diff.split("\n")) {
    path = /^\+\+\+ b\/(.*)/.exec(line)?.[1] ?? path;
    const [, start, count = "1"] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (start === undefined) continue;
    const added = lines.get(path) ?? new Set();
    for (let offset = 0; offset < Number(count); offset++) added.add(Number(start) + offset);
    lines.set(path, added);
  }
  return lines;
}

async function judge(mutant: Mutant, map: TestMap): Promise<Outcome> {
  const file = join(copy.root, mutant.path);
  const text = readFileSync(file, "utf8");
  const { units, blackBox } = map.relatedTo(mutant.path);
  let leftMs = Number(values.deadline) * 1_000;
  try {
    writeFileSync(file, changed(text, mutant));
    for (const tests of [units, blackBox]) {
      if (tests.length === 0) continue;
      const startedMs = performance.now();
      const { result, failed } = await copy.test(tests, leftMs);
      leftMs -= performance.now() - startedMs;
      if (result === "timeout") return { result };
      if (result === "passed") continue;
      writeFileSync(file, text);
      if (await passes(failed.length > 0 ? failed : tests)) return { result: "killed" };
      writeFileSync(file, changed(text, mutant));
    }
    return copy.typechecks()
      ? { result: "survived", tests: units.length + blackBox.length }
      : { result: "killed by types" };
  } finally {
    writeFileSync(file, text);
  }
}

/** Whether these tests pass without a change: a test that fails by itself proves nothing. */
async function passes(tests: readonly string[]): Promise<boolean> {
  const unknown = tests.filter((test) => !passing.has(test));
  if (unknown.length === 0) return true;
  const { result } = await copy.test(unknown, 2_000 * Number(values.deadline));
  if (result === "passed") for (const test of unknown) passing.add(test);
  else console.log(`(without a change: ${result} ${unknown.join(", ")})`);
  return result === "passed";
}

function changed(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** The lines that it changed, before and after. */
function diffOf(mutant: Mutant): string {
  const text = readFileSync(join(copy.root, mutant.path), "utf8");
  const from = text.lastIndexOf("\n", mutant.start) + 1;
  const lines = (of: string, sign: string, end: number) =>
    of
      .slice(from, of.indexOf("\n", end))
      .split("\n")
      .map((line) => `  ${sign} ${line}`)
      .join("\n");
  const after = changed(text, mutant);
  const removed = lines(text, "-", mutant.end);
  return `${removed}\n${lines(after, "+", mutant.start + mutant.replacement.length)}`;
}
