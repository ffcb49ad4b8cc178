import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildLibrary } from "./build-library.ts";

/*
 * `npm run release:pack -- FOLDER`: packs what is published, after `npm run build`. The tarballs
 * are what the rehearsal installs and what the release workflow publishes. Beside them goes what
 * the command contains of others.
 */
const ROOT = join(import.meta.dirname, "../..");
const LIBRARIES = ["policy"];

const [folder = join(ROOT, "dist/packages")] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const packages = [join(ROOT, "packages/cli")];
for (const name of LIBRARIES) packages.push(await buildLibrary(name));
for (const directory of packages) {
  const pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
  execFileSync("npm", pack, { cwd: directory, stdio: "inherit" });
}
const { version } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
const bill = join(ROOT, "packages/cli/dist/sbom.cdx.json");
cpSync(bill, join(folder, `rolecast-${version}.cdx.json`));
