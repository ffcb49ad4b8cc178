import { execFile, execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The Dockerfile's image without an engine: its steps run in folders of this machine. */
export interface Image {
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  /** The folder of the entrypoint. */
  readonly path: string;
  /** The package that `npm pack` made in the first stage. */
  readonly tarball: string;
  /** The further stage `localstack`: its variables, and the file that its users start. */
  readonly localstack: {
    readonly environment: Readonly<Record<string, string>>;
    readonly entrypointFile: string;
  };
}

/**
 * Runs the Dockerfile's steps below `folder`, which anybody may read: everything but Debian's
 * packages, which this machine has already.
 */
export async function buildImage(folder: string): Promise<Image> {
  const text = readFileSync(join(ROOT, "Dockerfile"), "utf8").replaceAll("\\\n", "");
  const [, first = "", second = "", further = ""] = text.split(/^FROM .*$/m);
  const source = join(folder, "source");
  const temporary = join(folder, "tmp");
  const prefix = join(folder, "usr");
  for (const made of [folder, source, temporary, prefix]) {
    mkdirSync(made, { recursive: true });
    chmodSync(made, 0o755);
  }
  copySources(source);
  const step = async (command: string) => {
    const env = { ...process.env, npm_config_prefix: prefix };
    await run("sh", ["-ec", command.replaceAll("/tmp", temporary)], { cwd: source, env });
  };
  for (const command of all(first, "RUN")) await step(command);
  const [, packed = "", copied = ""] = /^COPY --from=build (\S+) (\S+)$/m.exec(second) ?? [];
  await step(`cp ${packed} ${copied}`);
  const install = all(second, "RUN").flatMap((command) => /npm install[^&]*/.exec(command) ?? []);
  for (const command of install) await step(command);
  const environment = variablesOf(second);
  return {
    environment,
    entrypoint: JSON.parse(all(second, "ENTRYPOINT").join("")),
    command: JSON.parse(all(second, "CMD").join("")),
    healthcheck: JSON.parse(/^HEALTHCHECK .*?CMD (.*)$/m.exec(second)?.[1] ?? ""),
    path: [join(prefix, "bin"), ...programsOfTheMachine()].join(":"),
    tarball: join(temporary, "rolecast.tgz"),
    localstack: {
      environment: { ...environment, ...variablesOf(further) },
      entrypointFile: join(source, /^COPY --chmod=755 (\S+) /m.exec(further)?.[1] ?? ""),
    },
  };
}

/** Without the workspace's own commands, one of which is `rolecast`. */
function programsOfTheMachine(): readonly string[] {
  return (process.env.PATH ?? "").split(":").filter((path) => !path.includes("node_modules"));
}

function variablesOf(stage: string): Readonly<Record<string, string>> {
  const pairs = all(stage, "ENV").flatMap((line) => line.split(" "));
  return Object.fromEntries(pairs.map((pair) => pair.split("=") as [string, string]));
}

function all(stage: string, instruction: string): readonly string[] {
  return [...stage.matchAll(new RegExp(`^${instruction} (.*)$`, "gm"))].map(
    ([, rest = ""]) => rest,
  );
}

/** The files of a clone, including changes that aren't committed yet. */
function copySources(target: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: ROOT,
  });
  for (const path of listed.toString().split("\0").filter(Boolean)) {
    cpSync(join(ROOT, path), join(target, path), { force: true, recursive: false });
  }
}
