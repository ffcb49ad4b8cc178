import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONGEST } from "../support/longest-files.ts";
import { isTest, listModules, resolve, root } from "./modules.ts";

/** Files that are started, published or read by a tool rather than imported. */
const ENTRIES = [
  // A package's public face.
  /^packages\/\w+\/src\/index\.ts$/,
  /^packages\/console\/src\/main\.tsx$/,
  // Types for what brings none, and vite's own.
  /\.d\.ts$/,
  /^packages\/console\/vite\.config\.ts$/,
];

test("every file of the product is imported by another one of it, or is built into it", () => {
  const modules = listModules();
  const product = modules.filter(({ path }) => path.startsWith("packages/") && !isTest(path));
  const imported = new Set(
    product.flatMap(({ path, imports }) => imports.map((target) => resolve(path, target))),
  );
  const built = readFileSync(join(root, "scripts/build.ts"), "utf8");
  const unused = product
    .map(({ path }) => path)
    .filter((path) => !imported.has(path) && !built.includes(`"${path}"`))
    .filter((path) => !ENTRIES.some((entry) => entry.test(path)));
  expect(unused).toEqual([]);
});

test("every file that helps tests, benches or scripts is imported, or run as it is", () => {
  const modules = listModules();
  const imported = new Set(
    modules.flatMap(({ path, imports }) => imports.map((target) => resolve(path, target))),
  );
  const scripts = readFileSync(join(root, "package.json"), "utf8");
  const texts = [...modules.map(({ text }) => text), scripts].join("\n");
  const unused = modules
    .map(({ path }) => path)
    .filter((path) => /^(?:test|scripts|bench)\/.+\/|\/testing\//.test(path))
    // Their own tools find them by their place.
    .filter((path) => !/^scripts\/docs-site\/browser\/|\.(?:recipe|ceph)\.ts$/.test(path))
    .filter((path) => !/\.test\.tsx?$|\.d\.ts$|config\.ts$/.test(path) && !imported.has(path))
    // Programs that another one starts by name.
    .filter((path) => !texts.includes(`/${path.split("/").at(-1)}"`))
    .filter((path) => !texts.includes(`"${path.split("/").at(-1)}"`))
    .filter((path) => !texts.includes(path));
  expect(unused).toEqual([]);
});

test("the files that a run begins with, since they take longest, are there", () => {
  const paths = new Set(listModules().map(({ path }) => path));
  expect(LONGEST.filter((path) => !paths.has(path))).toEqual([]);
});
