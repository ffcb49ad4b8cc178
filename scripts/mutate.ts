import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { addedPlaces, allMutants, drawMutants, placeOf } from "./mutate/draw.ts";
import { changedText, Judge, type Verdict } from "./mutate/judge.ts";
import type { Mutant } from "./mutate/mutants.ts";
import { TestMap } from "./mutate/test-map.ts";
import { WorkspaceCopy } from "./mutate/workspace-copy.ts";

/*
 * Changes one place of the code at a time and runs the tests that should notice.
 *
 *   npx tsx scripts/mutate.ts --seed 1 --count 20 --folder packages/policy,packages/wire
 *   npx tsx scripts/mutate.ts --seed 1 --count 20 --change main..HEAD
 *   npx tsx scripts/mutate.ts --at packages/wire/src/xml/parse-xml.ts:20
 *
 * The places are drawn at random: the same seed draws the same ones from the same code. All happens
 * in a copy of the workspace. A mutant that no test kills is printed: either a test is missing, or
 * the change makes no difference. A test kills if it passes without the change, and fails with it
 * again: those that are not steady kill nothing, and are printed with what survives. The tests are
 * those that import the changed file: units; then types are checked; then black-box tests. Tests of
 * the built command run for the console and the command, which are built anew for them.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20" },
    /** So many of the drawn ones were judged before. */
    skip: { type: "string", default: "0" },
    /** Several with commas. */
    folder: { type: "string", default: "packages" },
    /** A range of git's: only lines that it added. */
    change: { type: "string" },
    /** Every mutant of these lines, or one as FILE:LINE#OPERATOR; with commas, nothing is drawn. */
    at: { type: "string" },
    /** Runs units alone: a quick look at what is left for black-box tests. */
    units: { type: "boolean", default: false },
    /** Prints what would be judged. */
    list: { type: "boolean", default: false },
    /** Seconds for the tests of one mutant; those that it doesn't reach aren't run. */
    deadline: { type: "string", default: "120" },
  },
});

const copy = new WorkspaceCopy();
try {
  const sources = copy.files.filter((path) => /\.tsx?$/.test(path));
  const map = new TestMap(copy.root, sources);
  const judge = new Judge(copy, map, Number(values.deadline) * 1_000, values.units);
  const results = new Map<string, Verdict["result"][]>();
  for (const mutant of chosen()) {
    if (values.list) {
      console.log(`${placeOf(mutant)}  ${mutant.operator}\n${diffOf(mutant)}`);
      continue;
    }
    const startedMs = performance.now();
    const { result, detail } = await judge.judge(mutant);
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    const shown = result === "survived" ? "SURVIVED" : result;
    console.log(`${shown}  ${placeOf(mutant)}  ${mutant.operator}  ${detail}  ${seconds} s`);
    if (result === "survived") console.log(diffOf(mutant));
    const area = mutant.path.split("/").slice(0, 2).join("/");
    results.set(area, [...(results.get(area) ?? []), result]);
  }
  for (const [area, of] of [...results].toSorted()) console.log(`${area}: ${summary(of)}`);
  console.log(`${summary([...results.values()].flat())} (seed ${values.seed}).`);
} finally {
  copy.remove();
}

function chosen(): readonly Mutant[] {
  const { at, change } = values;
  const all = allMutants(copy.root, copy.files);
  if (at !== undefined) {
    const places = at.split(",");
    return all.filter((mutant) =>
      [placeOf(mutant), `${placeOf(mutant)}#${mutant.operator}`].some((one) =>
        places.includes(one),
      ),
    );
  }
  const added = change === undefined ? undefined : addedPlaces(change);
  const folders = values.folder.split(",").map((folder) => `${folder.replace(/\/$/, "")}/`);
  const some = all.filter((mutant) =>
    added
      ? added.has(placeOf(mutant))
      : folders.some((folder) => `${mutant.path}/`.startsWith(folder)),
  );
  const drawn = drawMutants(some, Number(values.seed), Number(values.count));
  console.log(`${drawn.length} of ${some.length} mutants (seed ${values.seed}).`);
  return drawn.slice(Number(values.skip));
}

function summary(results: readonly Verdict["result"][]): string {
  const count = (result: Verdict["result"]) => results.filter((one) => one === result).length;
  const killed = results.length - count("survived");
  const how = `${count("killed by time")} by time, ${count("killed by types")} by types`;
  return `${killed} of ${results.length} killed (${how})`;
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
  const after = changedText(text, mutant);
  const removed = lines(text, "-", mutant.end);
  return `${removed}\n${lines(after, "+", mutant.start + mutant.replacement.length)}`;
}
