import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync, readdirSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { findFfmpeg, flagOf, isLoopback, variableOf } from "@rolecast/server";
import { Command, InvalidArgumentError } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection } from "./connection.ts";
import { defaultData } from "./data-folder.ts";
import {
  certificateFinding,
  clockFinding,
  diskFinding,
  type Finding,
  ffmpegFinding,
  nodeFinding,
  portFinding,
  type StoreState,
  stageFinding,
  storeFinding,
} from "./doctor-findings.ts";
import { checkAllObjects } from "./doctor-objects.ts";
import { helpNotes } from "./help-notes.ts";
import { PROTOCOLS, PROTOCOLS_BY_NAME, type ProtocolName } from "./ingest-protocols.ts";
import { print, printJson, styled } from "./terminal.ts";

interface DoctorFlags extends Readonly<Partial<Record<`${ProtocolName}Port`, number>>> {
  readonly data: string;
  readonly nodeDir?: string;
  readonly port?: number;
  readonly json?: boolean;
  readonly objects?: boolean;
  readonly removeUnreferenced?: boolean;
  readonly database?: string;
}

const DEFAULT_PORT = 4566;

/** A program that accepts a connection may still never answer. */
const ANSWER_MS_MAX = 2_000;

/** `rolecast doctor`: what would keep a server from working here, with the fix for each. */
export function doctorCommand(): Command {
  const command = new Command("doctor")
    .description("Check ports, ffmpeg, the certificate, the clock and the disk.")
    .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
    .option("--node-dir <DIR>", "the node's own folder (or ROLECAST_NODE_DIR)", nodeDirGiven())
    .option("--port <N>", "port of the AWS APIs (or ROLECAST_PORT)", portOf);
  for (const { portName, title, transport } of PROTOCOLS_BY_NAME) {
    command.option(
      `${flagOf(portName)} <N>`,
      `${transport === "udp" ? "UDP port" : "port"} of ${title} (or ${variableOf(portName)})`,
      portOf,
    );
  }
  return command
    .option("--objects", "compare the files of all objects with their sizes and checksums instead")
    .option("--remove-unreferenced", "with --objects: remove files that no object refers to")
    .option("--database <URL>", "with --objects: the server's PostgreSQL (or ROLECAST_DATABASE)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      helpNotes(
        "\nExample:\n  $0 doctor --data ./.rolecast --port 4566\n  $0 doctor --objects --data ./.rolecast\n\nExits with 1 when there is a problem, with 0 for warnings alone.",
      ),
    )
    .action(async (flags: DoctorFlags) => {
      if (flags.objects) return checkAllObjects(flags);
      if (flags.removeUnreferenced || flags.database !== undefined)
        throw new CommandError("--remove-unreferenced and --database are for --objects: add it.");
      const apiPort = flags.port ?? portFrom("ROLECAST_PORT") ?? portOfEndpoint();
      const [answer, clockFinding] = await Promise.all([answerAt(apiPort), clock()]);
      const findings = await Promise.all([
        nodeFinding(process.versions.node),
        port("API port", apiPort, "--port", answer),
        ...PROTOCOLS_BY_NAME.map(({ name, title, portName, transport, defaultPort }) => {
          const given = flags[portName] ?? portFrom(variableOf(portName));
          const number = given ?? answer.ports?.[name] ?? defaultPort;
          return port(`${title} port`, number, flagOf(portName), answer, BIND[transport]);
        }),
        ffmpeg(),
        certificate(flags),
        disk(flags.data),
        ...(answer.stage === undefined ? [] : [stageFinding(answer.stage)]),
        ...(answer.store ? [storeFinding(answer.store)] : []),
        clockFinding,
      ]);
      if (flags.json) printJson(findings);
      else for (const finding of findings) print(lineOf(finding));
      if (findings.some(({ state }) => state === "problem")) process.exitCode = EXIT.failed;
    });
}

function lineOf({ check, state, found, fix }: Finding): string {
  const mark = {
    ok: styled("green", "ok     "),
    warning: styled("yellow", "warning"),
    problem: styled("red", "problem"),
  }[state];
  return `${mark}  ${check.padEnd(12)} ${found}${fix === undefined ? "" : `\n${" ".repeat(22)}${fix}`}`;
}

/** The port that a server started in this environment would have. */
function portFrom(variable: string): number | undefined {
  const text = process.env[variable] ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

/** The port that clients in this environment ask; another machine's is no port of this one. */
function portOfEndpoint(): number {
  const { hostname, port, protocol } = new URL(new Connection().endpoint);
  if (!isLoopback(hostname)) return DEFAULT_PORT;
  return Number(port || (protocol === "https:" ? 443 : 80));
}

function nodeDirGiven(): string | undefined {
  return process.env.ROLECAST_NODE_DIR || undefined;
}

function portOf(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("a port is a number from 0 to 65535");
}

async function port(
  check: string,
  number: number,
  flag: string,
  { own, silent }: AnswerAtPort,
  bind: Bind = BIND.tcp,
): Promise<Finding> {
  return portFinding({ check, number, flag, code: await bind(number), own, silent });
}

/** Empty, or the error's code. */
function bindTcp(number: number): Promise<string> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
    server.listen(number, "127.0.0.1", () => server.close(() => done("")));
  });
}

function bindUdp(number: number): Promise<string> {
  return new Promise((done) => {
    const socket = createSocket("udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      done(error.code ?? "error");
    });
    socket.bind(number, "127.0.0.1", () => socket.close(() => done("")));
  });
}

type Bind = (port: number) => Promise<string>;

const BIND = { tcp: bindTcp, udp: bindUdp } as const;

interface AnswerAtPort {
  /** The ports of the server that answers; none when nothing does, or a stranger. */
  readonly own: ReadonlySet<number>;
  /** The same by protocol. */
  readonly ports?: Partial<Readonly<Record<ProtocolName, number>>>;
  /** The port asked, when something accepted and then said nothing. */
  readonly silent?: number;
  /** The stage of its life: `draining`. */
  readonly stage?: string;
  /** The object store of the server that answers. */
  readonly store?: StoreState;
}

async function answerAt(apiPort: number): Promise<AnswerAtPort> {
  try {
    const answer = await fetch(`http://127.0.0.1:${apiPort}/_rolecast/health`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const { ivs, s3, server } = (await answer.json()) as {
      readonly ivs: Readonly<Record<string, number>>;
      readonly server: { readonly stage: string };
      readonly s3?: { readonly objectStore?: StoreState };
    };
    const open = PROTOCOLS.flatMap(({ name, portName }) => {
      const number = ivs[portName];
      return number === undefined ? [] : [[name, number] as const];
    });
    const own = new Set([apiPort, ...open.map(([, number]) => number)]);
    const { stage } = server;
    const found = { own, ports: Object.fromEntries(open), stage };
    return s3?.objectStore ? { ...found, store: s3.objectStore } : found;
  } catch (error) {
    // Whatever listens there isn't ours.
    const isSilent = error instanceof Error && error.name === "TimeoutError";
    return { own: new Set(), ...(isSilent ? { silent: apiPort } : {}) };
  }
}

async function ffmpeg(): Promise<Finding> {
  const program = findFfmpeg(process.env.ROLECAST_FFMPEG ?? "auto", process.env.PATH);
  if (program === undefined) return ffmpegFinding(undefined);
  const { stdout } = await promisify(execFile)(program, ["-hide_banner", "-version"]);
  const { stdout: encoders } = await promisify(execFile)(program, ["-hide_banner", "-encoders"]);
  return ffmpegFinding({ program, version: stdout, encoders });
}

/** Returns the certificate that expires first, of those of several nodes. */
async function certificate({ data, nodeDir }: DoctorFlags): Promise<Finding> {
  const folders = nodeDir === undefined ? nodeFolders(resolve(data)) : [resolve(nodeDir)];
  const files = folders.map((folder) => join(folder, "tls", "rtmps.crt"));
  const ends = files.filter(existsSync).map(async (path) => {
    const { validTo } = new X509Certificate(await readFile(path));
    return { file: path, endsMs: new Date(validTo).getTime() };
  });
  const [first] = (await Promise.all(ends)).sort((a, b) => a.endsMs - b.endsMs);
  return certificateFinding(first, Date.now());
}

/** The folders in which servers on this data folder that were given none keep their own files. */
function nodeFolders(data: string): string[] {
  const nodes = join(data, "nodes");
  // Nodes share the data folder where its database isn't SQLite's.
  if (!existsSync(nodes) || existsSync(join(data, "rolecast.db"))) return [data];
  return readdirSync(nodes).map((name) => join(nodes, name));
}

async function disk(data: string): Promise<Finding> {
  let folder = resolve(data);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  return diskFinding(bavail * bsize, folder);
}

/** Against a running server, where there is one: signatures older than 15 minutes are refused. */
async function clock(): Promise<Finding> {
  const { endpoint } = new Connection();
  try {
    const answer = await fetch(`${endpoint}/_rolecast/health/live`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const serverMs = Date.parse(answer.headers.get("date") ?? "");
    return clockFinding(Date.now(), { endpoint, atMs: serverMs });
  } catch {
    return clockFinding(Date.now(), undefined);
  }
}
