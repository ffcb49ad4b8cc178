import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { endStarted, startForFile } from "./started-processes.ts";
import { until } from "./until.ts";

const MODULE = new URL("./started-processes.ts", import.meta.url).href;

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

test.skipIf(process.platform !== "linux")("and with a process that is killed", async () => {
  const code = `
    import { startForFile } from ${JSON.stringify(MODULE)};
    console.log(startForFile("sleep", ["600"], { stdio: "ignore" }).pid);`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", code];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(parent.stdout, "data");
  const pid = Number(said);
  // It has no arguments either while it becomes the program.
  await until(() => isRunning(pid), "the program runs");
  parent.kill("SIGKILL");
  await until(() => !isRunning(pid), "the program has ended");
});
