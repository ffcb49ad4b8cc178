import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { basename, delimiter, dirname, join, relative } from "node:path";

/** How a process was started, as far as that says how its command is called again. */
export interface Invocation {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The script that node runs; undefined where it runs none. */
  readonly script: string | undefined;
  readonly command: string | undefined;
  readonly cwd: string;
  readonly pid: number;
  readonly host: string;
}

const NAME = "rolecast";
/** Wherever the package is installed, as every page of the documentation has it. */
const BY_NPX = `npx ${NAME}`;

/** Source: npm's `npm_config_user_agent`, which the other package managers set too. */
const PACKAGE_MANAGERS: ReadonlyMap<string, string> = new Map([
  ["pnpm", `pnpm exec ${NAME}`],
  ["yarn", `yarn ${NAME}`],
  ["bun", `bunx ${NAME}`],
]);

/** The words by which whoever started this process calls the command again. */
export function nameOfCommand(invocation: Invocation): string {
  const { environment, script, command, cwd, pid, host } = invocation;
  const given = environment.ROLECAST_COMMAND;
  // A container's only process: `docker run IMAGE doctor`. It ends with the command.
  if (given && pid === 1 && command !== "start") return NAME;
  if (given) return given.replaceAll("{hostname}", host);
  const file = basename(script ?? "").replace(/\.js$/, "");
  // A program that has the server in its process.
  if (script === undefined || file !== NAME) return BY_NPX;
  const { npm_config_user_agent: agent = "", npm_command, npm_lifecycle_event } = environment;
  if (npm_command || npm_lifecycle_event)
    return PACKAGE_MANAGERS.get(agent.split("/")[0] ?? "") ?? BY_NPX;
  const folder = dirname(script);
  if (folder.endsWith(join("node_modules", ".bin"))) return BY_NPX;
  if (isOnPath(environment.PATH ?? "", script)) return NAME;
  const near = relative(cwd, script);
  return `node ${near.startsWith("..") ? script : near}`;
}

/** Windows' shims start the package's own file. */
function isOnPath(path: string, script: string): boolean {
  const folders = path.split(delimiter);
  if (folders.includes(dirname(script))) return true;
  return script.endsWith(".js") && folders.some((one) => existsSync(join(one, "rolecast.cmd")));
}

let name: string | undefined;

/** This process's command line with these words, to be pasted where it was started. */
export function commandLine(...words: readonly string[]): string {
  name ??= nameOfCommand({
    environment: process.env,
    script: process.argv[1],
    command: process.argv[2],
    cwd: process.cwd(),
    pid: process.pid,
    host: hostname(),
  });
  return [name, ...words].join(" ");
}

/** A text of ours in which `$0` stands for the command, as in shells. */
export function pasteable(text: string): string {
  return text.replaceAll("$0", () => commandLine());
}
