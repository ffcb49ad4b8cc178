import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Chance } from "../fuzz/chance.ts";
import { listMutants, type Mutant } from "./mutants.ts";

/** Every mutant of the code that ships. */
export function allMutants(root: string, files: readonly string[]): Mutant[] {
  return files
    .filter((path) => /^packages\/\w+\/src\/.*\.tsx?$/.test(path))
    .filter(
      (path) =>
        !/\.test\.tsx?$|\.testing\.ts$|\/(?:testing|fixtures|generated)\/|\.d\.ts$/.test(path),
    )
    .flatMap((path) => listMutants(path, readFileSync(join(root, path), "utf8")));
}

/** Draws up to `count` of them at random, each in another line. */
export function drawMutants(all: readonly Mutant[], seed: number, count: number): Mutant[] {
  const chance = new Chance(seed);
  const drawn = new Map<string, Mutant>();
  const wanted = Math.min(count, new Set(all.map(placeOf)).size);
  while (drawn.size < wanted) {
    const mutant = chance.one(all);
    if (!drawn.has(placeOf(mutant))) drawn.set(placeOf(mutant), mutant);
  }
  return [...drawn.values()];
}

/** "packages/wire/src/xml/parse-xml.ts:12" */
export function placeOf({ path, line }: Mutant): string {
  return `${path}:${line}`;
}

/** The places of the lines that a range of git's added. */
export function addedPlaces(range: string): ReadonlySet<string> {
  const diff = execFileSync("git", ["diff", "--unified=0", range], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const places = new Set<string>();
  let path = "";
  for (const line of diff.split("\n")) {
    path = /^\+\+\+ b\/(.*)/.exec(line)?.[1] ?? path;
    const [, start, count = "1"] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (start === undefined) continue;
    for (let offset = 0; offset < Number(count); offset++)
      places.add(`${path}:${Number(start) + offset}`);
  }
  return places;
}
