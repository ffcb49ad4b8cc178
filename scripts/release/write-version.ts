import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/* Has the server say the version that the package has; `npm run release:version` calls it. */
const ROOT = join(import.meta.dirname, "../..");
const FILE = join(ROOT, "packages/server/src/kernel/version.ts");

const { version } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
const source = readFileSync(FILE, "utf8");
writeFileSync(FILE, source.replace(/(VERSION = )"[^"]*"/, `$1${JSON.stringify(version)}`));
