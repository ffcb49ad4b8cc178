import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endStarted, startForFile } from "./started-processes.ts";
import { until } from "./until.ts";

const at = (path: string) => new URL(path, import.meta.url).href;
const MODULE = at("./started-processes.ts");
const WITH_PARENT = at("../../packages/server/src/kernel/testing/with-parent.ts");
const EXIT_BY_SIGNAL = at("../../bench/exit-by-signal.ts");

/** One that has ended but that nothing has waited for has no arguments any more. */
function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, "utf8") !== "";
}

test("a program that a test has left running ends with the test's file", async () => {
  const child = startForFile("sleep", ["600"], { stdio: "ignore" });
  const ended = once(child, "exit");
  endStarted();
  expect(await ended).toEqual([null, "SIGKILL"]);
});

test.skipIf(process.platform !== "linux").each(["SIGKILL", "SIGTERM"] as const)(
  "and with a process that %s ends, whose folders a handled signal removes",
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "rolecast-ended-"));
    const code = `
    import ${JSON.stringify(EXIT_BY_SIGNAL)};
    import { removeAtExit } from ${JSON.stringify(WITH_PARENT)};
    import { startForFile } from ${JSON.stringify(MODULE)};
    removeAtExit(${JSON.stringify(folder)});
    console.log(startForFile("sleep", ["600"], { stdio: "ignore" }).pid);`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", code];
    const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(parent.stdout, "data");
    const pid = Number(said);
    // It has no arguments either while it becomes the program.
    await until(() => isRunning(pid), "the program runs");
    parent.kill(signal);
    await until(() => !isRunning(pid), "the program has ended");
    expect(existsSync(folder)).toBe(signal === "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  },
);
