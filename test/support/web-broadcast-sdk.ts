import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PACKAGE = "amazon-ivs-web-broadcast@1.41.0";
const BUNDLE = "package/dist/amazon-ivs-web-broadcast.js";

const run = promisify(execFile);

/**
 * Amazon's Web Broadcast SDK as it is on npm. Only its bundle is fetched: its dependencies are
 * those of its tests.
 */
export async function webBroadcastSdk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rolecast-web-broadcast-"));
  try {
    const { stdout } = await run("npm", ["pack", PACKAGE, "--silent"], { cwd: folder });
    await run("tar", ["-xzf", stdout.trim(), BUNDLE], { cwd: folder });
    return await readFile(join(folder, BUNDLE), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}
