import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

/*
 * What runs on GitHub and in containers is what was looked at: actions and images have digests, and
 * nothing that somebody else writes (an input, a branch's name) becomes a part of a script.
 */
const ROOT = join(import.meta.dirname, "../..");
const START = join(ROOT, "packaging/github-action/start.sh");
const text = (path: string) => readFileSync(join(ROOT, path), "utf8");

function filesBelow(folder: string, kind: RegExp): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && kind.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/node_modules|\/dist\//.test(path));
}

const YAML = /\.ya?ml$/;
/** YAML with its place: whole files, and the blocks of pages. Helm's templates are none. */
const documents: readonly (readonly [place: string, yaml: string])[] = [
  ...["action.yml", "compose.yaml", "packaging/compose.nodes.yaml"],
  ...filesBelow(".github", YAML),
  ...filesBelow("examples", YAML),
]
  .map((path) => [path, text(path)] as const)
  .concat(
    [
      "README.md",
      "CONTRIBUTING.md",
      ...filesBelow("docs", /\.md$/),
      ...filesBelow("examples", /\.md$/),
    ]
      .map((path) => [path, text(path)] as const)
      .flatMap(([path, page]) =>
        [...page.matchAll(/^```ya?ml[^\n]*\n([\s\S]*?)^```/gm)].map(
          ([, block = ""], at) => [`${path}, block ${at + 1}`, block] as const,
        ),
      ),
  );

/** Each value below a key of one of these names, however deep. */
function valuesOf(value: unknown, names: readonly string[]): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(names.includes(name) && !Array.isArray(value) ? [each] : []),
    ...valuesOf(each, names),
  ]);
}

const found = (names: readonly string[]) =>
  documents.flatMap(([place, yaml]) =>
    parseAllDocuments(yaml, { merge: true })
      .flatMap((document) => valuesOf(document.toJS(), names))
      .map((value) => [place, value] as const),
  );

test("no script of a workflow, an action, an example or a page has an expression in it", () => {
  const scripts = found(["run", "script"]).filter(([, value]) => typeof value === "string");
  expect(scripts.length).toBeGreaterThan(30);
  expect(scripts.filter(([, script]) => String(script).includes("${{"))).toEqual([]);
});

test("every action has its commit's digest, with its version beside it", () => {
  const lines = documents.flatMap(([place, yaml]) =>
    (yaml.match(/^.*\buses:.*$/gm) ?? []).map((line) => [place, line.trim()] as const),
  );
  expect(lines.length).toBe(found(["uses"]).length);
  expect(lines.length).toBeGreaterThan(25);
  // The reader's own copy of this repository, as pages name it.
  const own = /uses: (?:\.\/|OWNER\/rolecast@)/;
  const pinned = /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  expect(lines.filter(([, line]) => !own.test(line) && !pinned.test(line))).toEqual([]);
  // One version of each.
  const others = lines.map(([, line]) => line).filter((line) => !own.test(line));
  const versions = new Set(others.map((line) => line.replace(/^(?:- )?uses: /, "")));
  const names = [...versions].map((use) => use.split("@")[0]);
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});

test("every image that others make has its digest", () => {
  const dockerfiles = ["Dockerfile", ...filesBelow("examples", /^Dockerfile/)];
  const froms = dockerfiles.flatMap((path) => {
    const file = text(path);
    const stages = [...file.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, name]) => name);
    return [...file.matchAll(/^FROM (?:--\S+ )*(\S+)/gm)]
      .map(([, image = ""]) => image)
      .filter((image) => !stages.includes(image));
  });
  const named = found(["image", "container"]).map(([, value]) => value);
  const images = named.filter((value): value is string => typeof value === "string");
  // Images of this repository's Dockerfile, by the names that the pages give them.
  const others = images.filter(
    (image) => image !== "" && !/^(?:ghcr\.io\/OWNER\/)?rolecast/.test(image),
  );
  expect([froms.length, others.length > 3]).toEqual([2, true]);
  const digest = /^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/;
  expect([...froms, ...others].filter((image) => !digest.test(image))).toEqual([]);
});

test("action.yml hands each input to its scripts by the environment", () => {
  const { inputs, runs } = parse(text("action.yml"));
  const steps: readonly { env?: Record<string, string> }[] = runs.steps;
  const handed = steps.flatMap(({ env = {} }) => Object.keys(env));
  const read = ["image", "settings", "port", "region", "wait-seconds"];
  expect(Object.keys(inputs).toSorted()).toEqual([...read, "artifact", "report"].toSorted());
  const variable = (name: string) => `INPUT_${name.toUpperCase().replace("-", "_")}`;
  expect(handed.toSorted()).toEqual(read.map(variable).toSorted());
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-inputs-"));
  // Programs that say that they were called, in place of those that the script starts.
  for (const name of ["docker", "curl", "npm", "node"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>"${folder}/called"\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(inputs: Readonly<Record<string, string>>) {
  const env = {
    ...{ PATH: `${folder}:${process.env.PATH}`, RUNNER_TEMP: folder, GITHUB_ACTION_PATH: ROOT },
    ...{ GITHUB_ENV: `${folder}/env`, GITHUB_PATH: `${folder}/path` },
    ...{ GITHUB_OUTPUT: `${folder}/output` },
    ...{ INPUT_IMAGE: "rolecast", INPUT_SETTINGS: "", INPUT_PORT: "4566" },
    ...{ INPUT_REGION: "us-east-1", INPUT_WAIT_SECONDS: "60", ...inputs },
  };
  return new Promise<{ failed: boolean; said: string; left: readonly string[] }>((resolve) => {
    execFile("bash", [START], { cwd: folder, env, timeout: 20_000 }, (error, out, err) => {
      const left = readdirSync(folder).filter((name) =>
        /^(?:called|env|path|output|marker)/.test(name),
      );
      resolve({ failed: error !== null, said: out + err, left });
    });
  });
}

test.each([
  [
    "port",
    "INPUT_PORT",
    ["", "80a", "-1", "123456", "1 2", "4566/$(touch marker)", "4566\n1", "%s"],
  ],
  [
    "region",
    "INPUT_REGION",
    ["", "US", "a b", "a\nNODE_OPTIONS=--require=/x", "a:b", "$(id)", "é"],
  ],
  [
    "image",
    "INPUT_IMAGE",
    ["--privileged", "-v/:/host", "a b", "a\nb", "$(touch marker)", "a;id", "@sha256:00", "a\\b"],
  ],
  ["wait-seconds", "INPUT_WAIT_SECONDS", ["", "-1", "1.5", "a[$(touch marker)]", "99999", "0x10"]],
  [
    "settings",
    "INPUT_SETTINGS",
    ["PORT=1", "ROLECAST_=1", "ROLECAST_a=1", "--privileged", "ROLECAST_X", "A\nROLECAST_X=1"],
  ],
])("the input %s is refused before anything is started: %s %j", async (name, variable, values) => {
  for (const value of values) {
    const { failed, said, left } = await start({ [variable]: value });
    expect([value, failed, said.trim(), left]).toEqual([
      ...[value, true, expect.stringMatching(/^::error title=Rolecast::/), []],
    ]);
    expect(said).toContain(`The input ${name} takes `);
  }
});

test.each([
  ["registry.example.com:5000/team/rolecast:1.2_3-rc.1", "0", "9999"],
  [`ghcr.io/o/rolecast@sha256:${"0a".repeat(32)}`, "65535", "08"],
])("%s, port %s and %s seconds are taken as they are", async (image, port, seconds) => {
  const settings =
    "  ROLECAST_ENFORCEMENT=soft\n\nROLECAST_ACCOUNTS=[{ name: a b }] $(touch marker)";
  const { said, failed } = await start({
    ...{ INPUT_IMAGE: image, INPUT_PORT: port, INPUT_REGION: "eu-central-1" },
    ...{ INPUT_WAIT_SECONDS: seconds, INPUT_SETTINGS: settings },
  });
  expect([failed, said]).toEqual([false, `Rolecast is ready at http://127.0.0.1:${port}\n`]);
  const called = readFileSync(join(folder, "called"), "utf8").split("\n");
  const run = called.find((line) => line.startsWith("docker run"));
  expect(run).toContain("--env ROLECAST_ACCOUNTS=[{ name: a b }] $(touch marker)");
  expect(run?.endsWith(` -- ${image}`)).toBe(true);
  expect(readFileSync(join(folder, "env"), "utf8")).toContain("AWS_REGION=eu-central-1\n");
  expect(readdirSync(folder)).not.toContain("marker");
});
