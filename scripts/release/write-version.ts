import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Has the server and the Helm chart say the version that the package has; `npm run release:version`
 * calls it.
 */
const ROOT = join(import.meta.dirname, "../..");

const { version } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
write("packages/server/src/kernel/version.ts", /(VERSION = )"[^"]*"/, JSON.stringify(version));
write("packaging/helm/rolecast/Chart.yaml", /^((?:appV|v)ersion: ).*$/gm, version);

function write(path: string, place: RegExp, text: string): void {
  const file = join(ROOT, path);
  writeFileSync(file, readFileSync(file, "utf8").replace(place, `$1${text}`));
}
