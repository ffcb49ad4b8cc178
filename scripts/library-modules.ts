import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "../packages/cli/src");

/**
 * A library as an ES module, which passes on what its CommonJS form exports: one copy of the server
 * and of its classes, also in a process that uses both.
 */
export function esModuleOf(name: string): string {
  const source = readFileSync(join(SOURCES, `${name}.ts`), "utf8");
  const values = source.match(/^export (?!interface|type)/gm) ?? [];
  const names = [...source.matchAll(/^export (?:(?:async )?function|class) (\w+)/gm)].map(
    ([, exported = ""]) => exported,
  );
  if (names.length === 0 || names.length !== values.length) {
    throw new Error(`${name} exports something else than functions and classes`);
  }
  return [
    "// Written by the build.",
    `import library from "./${name}.cjs";`,
    `export const { ${names.join(", ")} } = library;`,
    "",
  ].join("\n");
}
