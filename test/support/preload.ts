import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A module that a server's process runs before anything else, to replace a call of the system.
 * Resolves to the process's variables.
 */
export async function preload(dir: string, name: string, code: string) {
  const file = join(dir, `${name}.mjs`);
  const imports = `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";`;
  await writeFile(file, `${imports}\n${code}\nsyncBuiltinESMExports();\n`);
  return { NODE_OPTIONS: `--import=${file}` };
}
