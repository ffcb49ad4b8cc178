import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly if?: string;
}

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "rolecast-workflow-"));
const application = join(folder, "application");
const groups: number[] = [];

afterAll(() => {
  for (const group of groups) end(group);
  rmSync(folder, { recursive: true, force: true });
});

/** The server that a step leaves in the background is in the step's group. */
function end(group: number): void {
  try {
    process.kill(-group);
  } catch {
    // The step left nothing running.
  }
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** A step as GitHub's runner runs it; resolves to what it said. */
function shell(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: application, env, detached: true };
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], options);
  if (child.pid !== undefined) groups.push(child.pid);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((resolve, reject) =>
    child.on("close", (code) => (code === 0 ? resolve(said) : reject(new Error(said)))),
  );
}

test("the workflow's steps install Rolecast, start it and test an application against it", async () => {
  const workflow = parse(readFileSync(join(ROOT, "examples/github-actions/rolecast.yml"), "utf8"));
  const { env, steps } = workflow.jobs.test as {
    readonly env: Readonly<Record<string, string>>;
    readonly steps: readonly Step[];
  };
  mkdirSync(application);
  const scripts = { test: "rolecast status --json" };
  writeFileSync(
    join(application, "package.json"),
    JSON.stringify({ name: "application", scripts }),
  );
  await promisify(execFile)("npm", ["install", "--package-lock-only"], { cwd: application });
  writeFileSync(join(folder, "gitconfig"), "[safe]\n  directory = *\n");
  const port = await freePort();
  const prefix = join(folder, "prefix");
  // npm looks for it below its prefix, which is another one here.
  const settings = await promisify(execFile)("npm", ["config", "get", "globalconfig"]);
  const environment = {
    ...env,
    PATH: `${prefix}/bin:${process.env.PATH}`,
    HOME: process.env.HOME,
    RUNNER_TEMP: folder,
    REPOSITORY: `file://${ROOT}`,
    // A checkout may be another user's.
    GIT_CONFIG_GLOBAL: join(folder, "gitconfig"),
    npm_config_prefix: prefix,
    npm_config_globalconfig: settings.stdout.trim(),
    // The file's own ports may be taken here.
    AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL?.replace("4566", port),
    ROLECAST_PORT: port,
    ROLECAST_RTMP_PORT: "0",
    ROLECAST_RTMPS_PORT: "0",
    ROLECAST_SRT_PORT: "0",
  };
  const said: string[] = [];
  for (const step of steps)
    if (step.run !== undefined && step.if === undefined)
      said.push(await shell(step.run, environment));
  expect(said).toHaveLength(3);
  expect(said.at(-1)).toContain(`http://127.0.0.1:${port}`);
}, 480_000);
