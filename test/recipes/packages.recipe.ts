import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_VERSIONS, nodeFolder } from "../../scripts/node-versions.ts";

/*
 * What the release publishes, rehearsed up to the publishing itself: the tarballs are looked at by
 * the tools that find mistakes in packages, installed in an empty project, and used there.
 */
const ROOT = join(import.meta.dirname, "../..");
const UNPACKED_BYTES_MAX = 12_000_000;
const TOOLS = [
  ...["publint@0.3.25", "@arethetypeswrong/cli@0.18.5", "@cyclonedx/cyclonedx-library@10.3.0"],
  // What that looks for when it validates.
  ...["ajv@8.17.1", "ajv-formats@3.0.1", "ajv-formats-draft2019@1.6.1"],
];
const QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
const folder = mkdtempSync(join(tmpdir(), "rolecast-packages-"));
const project = join(folder, "project");
const run = promisify(execFile);
const tarballs: Record<string, string> = {};

/** Programs of the packages by what they print, in each form in which they can be loaded. */
const PRINTS: Readonly<Record<string, string>> = {
  "policy.mjs": `import { matchesActionPattern } from "@rolecast/policy";
console.log(matchesActionPattern("s3:Get*", "s3:GetObject"));`,
  "policy.cjs": `const { matchesActionPattern } = require("@rolecast/policy");
console.log(matchesActionPattern("s3:Get*", "s3:GetObject"));`,
  "server.mjs": `import { createTestServer } from "rolecast/testing";
import * as rolecast from "rolecast";
const server = await createTestServer();
const { ok } = await fetch(server.endpoint + "/_rolecast/health/ready");
console.log(ok && "createServer" in rolecast);
await server.close();`,
  "server.cjs": `const { createTestServer } = require("rolecast/testing");
const { createServer } = require("rolecast");
createTestServer().then(async (server) => {
  const { ok } = await fetch(server.endpoint + "/_rolecast/health/ready");
  console.log(ok && createServer !== undefined);
  await server.close();
});`,
};
const TYPED = `import { createServer, type Server } from "rolecast";
import { createTestServer } from "rolecast/testing";
import { decide, type DecisionRequest, PolicySet } from "@rolecast/policy";

export const server: Promise<Server> = createServer({ port: 0 });
export const endpoint: Promise<string> = createTestServer().then((one) => one.endpoint);
export const decided = (request: DecisionRequest): "allow" | "explicitDeny" | "implicitDeny" =>
  decide(request, { identity: new PolicySet([]) });
export const wrong: number = decided;
`;

beforeAll(async () => {
  const packed = join(folder, "packed");
  await run("npm", ["run", "release:pack", "--", packed], { cwd: ROOT });
  expect(readdirSync(packed)).toContain("rolecast-0.1.0.cdx.json");
  for (const name of readdirSync(packed).filter((file) => file.endsWith(".tgz"))) {
    const { stdout } = await run("tar", ["-xzOf", join(packed, name), "package/package.json"]);
    tarballs[JSON.parse(stdout).name] = join(packed, name);
  }
  for (const made of [project, join(folder, "tools")]) {
    mkdirSync(made);
    writeFileSync(join(made, "package.json"), '{ "name": "empty", "private": true }');
  }
  await run("npm", ["install", ...QUIET, ...TOOLS], { cwd: join(folder, "tools") });
  await run("npm", ["install", ...QUIET, ...Object.values(tarballs)], { cwd: project });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the packages are the command with its libraries, and the policy library", () => {
  expect(Object.keys(tarballs).sort()).toEqual(["@rolecast/policy", "rolecast"]);
});

describe.each(["rolecast", "@rolecast/policy"])("%s", (name) => {
  const installed = join(project, "node_modules", name);

  test("takes 12 MB at most, and says whose it is and under which licence", async () => {
    const entries = readdirSync(installed, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name: file }) => file);
    expect(names).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
    expect(names.filter((file) => file.endsWith(".map") || file.endsWith(".test.ts"))).toEqual([]);
    const { stdout } = await run("du", ["-s", "--bytes", "--apparent-size", installed]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(UNPACKED_BYTES_MAX);
  });

  test("has nothing that publint or attw finds", async () => {
    const tool = (program: string) => join(folder, "tools/node_modules/.bin", program);
    const looked = await run(tool("publint"), [installed, "--strict"]);
    expect(looked.stdout).toContain("All good!");
    // Resolvers older than exports see no subpaths.
    const { stdout } = await run(tool("attw"), [tarballs[name] ?? "", "--profile", "node16"]);
    const problems = stdout.split("\n").filter((line) => line.includes("/docs/problems/"));
    expect(problems.filter((line) => !line.includes("(ignored per resolution)"))).toEqual([]);
  });

  test("would be published", async () => {
    const flags = ["--dry-run", "--access", "public", "--json"];
    const { stdout } = await run("npm", ["publish", tarballs[name] ?? "", ...flags], {
      cwd: folder,
    });
    expect(stdout).toContain(`"${name}@`);
  });
});

test("what the command contains of others is said as CycloneDX", async () => {
  const file = join(project, "node_modules/rolecast/dist/sbom.cdx.json");
  const program = `
    const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");
    const text = require("node:fs").readFileSync(process.argv[1], "utf8");
    new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)
      .then((error) => console.log(JSON.stringify(error)));`;
  const cwd = join(folder, "tools");
  const { stdout } = await run(process.execPath, ["-e", program, file], { cwd });
  expect(stdout).toBe("null\n");
  const { components, metadata } = JSON.parse(readFileSync(file, "utf8"));
  expect(metadata.component.purl).toBe("pkg:npm/rolecast@0.1.0");
  const names = components.map(({ name }: { readonly name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(["commander", "hls.js", "@smithy/core"]));
  const notices = readFileSync(join(file, "../THIRD-PARTY-NOTICES.txt"), "utf8");
  expect(names.filter((name: string) => !notices.includes(name))).toEqual([]);
});

/** All that somebody does who tries it: one command in a folder with nothing but the tarball. */
describe.each(Object.keys(NODE_VERSIONS))("in an empty folder, with Node %s", (line) => {
  const empty = join(folder, `node-${line}`);
  const env = { ...process.env, PATH: `${nodeFolder(line)}${delimiter}${process.env.PATH}` };
  beforeAll(() => {
    mkdirSync(empty);
    for (const tarball of Object.values(tarballs)) cpSync(tarball, join(empty, basename(tarball)));
  });

  test("npx runs the server from its tarball", async () => {
    const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0", "--srt-port", "0"];
    const args = ["--yes", `./${basename(tarballs.rolecast ?? "")}`, "start", ...ports];
    const child = spawn("npx", args, { cwd: empty, env, detached: true });
    const ended = once(child, "exit");
    try {
      let printed = "";
      for await (const chunk of child.stdout) {
        printed += String(chunk);
        if (printed.includes("Ready.")) break;
      }
      expect(printed).toContain("Ready.");
      const [endpoint = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      const { ok } = await fetch(`${endpoint}/_rolecast/health/ready`);
      expect(ok).toBe(true);
    } finally {
      // With npm, which started it.
      process.kill(-(child.pid ?? Number.NaN), "SIGTERM");
    }
    await ended;
  });

  test("the policy library decides", async () => {
    const install = ["install", ...QUIET, `./${basename(tarballs["@rolecast/policy"] ?? "")}`];
    await run("npm", install, { cwd: empty, env });
    for (const file of ["policy.mjs", "policy.cjs"]) {
      writeFileSync(join(empty, file), PRINTS[file] ?? "");
      const { stdout } = await run("node", [file], { cwd: empty, env });
      expect(stdout).toBe("true\n");
    }
    const { stdout } = await run("node", ["--version"], { cwd: empty, env });
    expect(stdout).toBe(`v${NODE_VERSIONS[line]}\n`);
  });
});

test("the project has one native package at most", () => {
  const lock = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
  const scripts = Object.entries<{ hasInstallScript?: boolean }>(lock.packages).filter(
    ([, { hasInstallScript }]) => hasInstallScript,
  );
  expect(scripts).toEqual([]);
  const native = readdirSync(join(project, "node_modules"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".node"))
    .map((path) => path.split("/")[0]);
  // For musl and glibc.
  expect([...new Set(native)]).toEqual(["@libsql"]);
});

test.each(Object.entries(PRINTS))("%s runs", async (file, text) => {
  writeFileSync(join(project, file), text);
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
  expect([stdout, stderr]).toEqual(["true\n", ""]);
});

test("the command runs", async () => {
  const command = join(project, "node_modules/.bin/rolecast");
  const { stdout, stderr } = await run(command, ["--version"], { cwd: project });
  expect([stdout, stderr]).toEqual(["0.1.0\n", ""]);
});

test.each(["typed.mts", "typed.cts"])(
  "%s has types, and they refuse what is wrong",
  async (file) => {
    writeFileSync(join(project, file), TYPED);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    for (const module of ["node16", "nodenext"]) {
      const flags = ["--noEmit", "--strict", "--module", module, "--target", "es2022"];
      const checked = run(process.execPath, [tsc, ...flags, "--types", "", file], { cwd: project });
      await expect(checked).rejects.toMatchObject({
        stdout: expect.stringMatching(/^typed\.[mc]ts\(9,\d+\): error TS2322[^\n]*\n$/),
      });
    }
  },
);
