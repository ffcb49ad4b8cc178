import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "../packages/cli/src");

/**
 * A library's CommonJS form. What it exports are asynchronous functions, so it loads the ES module
 * when the first of them is called: one copy of the server, also in a process that uses both.
 */
export function commonJsOf(name: string): string {
  const source = readFileSync(join(SOURCES, `${name}.ts`), "utf8");
  const functions = [
    ...source.matchAll(/^export (?:async )?function (\w+)\([^)]*\): Promise<[^{]*> \{$/gm),
  ].map(([, exported = ""]) => exported);
  const values = source.match(/^export (?!interface|type)/gm) ?? [];
  if (functions.length === 0 || functions.length !== values.length) {
    throw new Error(`${name} exports something else than asynchronous functions`);
  }
  const lines = functions.map((one) => {
    const call = `(module) => module.${one}(...values)`;
    return `exports.${one} = (...values) => import("./${name}.js").then(${call});`;
  });
  return ["// Written by the build.", '"use strict";', ...lines, ""].join("\n");
}
