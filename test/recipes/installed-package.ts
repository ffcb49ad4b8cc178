import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/**
 * A copy of an example in a folder of its own with the packed `rolecast` installed: only what the
 * tarball holds and what it names as a dependency, so that nothing of the workspace helps.
 * `linked` are further packages that the example needs.
 */
export function installExample(name: string, linked: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), `rolecast-example-${name}-`));
  cpSync(join(ROOT, "examples", name), folder, { recursive: true });
  const installed = join(folder, "node_modules/rolecast");
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: join(ROOT, "packages/cli"),
    encoding: "utf8",
  });
  const tarball = join(folder, packed.trim());
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  mkdirSync(join(folder, "node_modules/.bin"));
  symlinkSync("../rolecast/bin/rolecast.js", join(folder, "node_modules/.bin/rolecast"));
  for (const dependency of ["libsql", ...linked]) {
    const target = join(folder, "node_modules", dependency);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", dependency), target);
  }
  return folder;
}
