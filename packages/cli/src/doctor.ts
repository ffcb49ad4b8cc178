import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync, readdirSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { findFfmpeg, flagOf, variableOf } from "@rolecast/server";
import { Command, InvalidArgumentError } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection } from "./connection.ts";
import { defaultData } from "./data-folder.ts";
import { checkAllObjects } from "./doctor-objects.ts";
import { PROTOCOLS, PROTOCOLS_BY_NAME, type ProtocolName } from "./ingest-protocols.ts";
import { bytesText, print, printJson, styled } from "./terminal.ts";

interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "problem";
  readonly found: string;
  /** The remedy; absent when nothing is wrong. */
  readonly fix?: string;
}

interface DoctorFlags extends Readonly<Record<`${ProtocolName}Port`, number>> {
  readonly data: string;
  readonly nodeDir?: string;
  readonly port: number;
  readonly json?: boolean;
  readonly objects?: boolean;
  readonly removeUnreferenced?: boolean;
  readonly database?: string;
}

const NODE_MIN = [20, 19];
const DISK_BYTES_MIN = 2_000_000_000;
const CERTIFICATE_DAYS_MIN = 14;
/** Source: AWS signature version 4, "15 minutes". */
const SKEW_MS_MAX = 15 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A program that accepts a connection may still never answer. */
const ANSWER_MS_MAX = 2_000;

/** `rolecast doctor`: what would keep a server from working here, with the fix for each. */
export function doctorCommand(): Command {
  const command = new Command("doctor")
    .description("Check ports, ffmpeg, the certificate, the clock and the disk.")
    .option("--data <DIR>", "the data folder (or ROLECAST_DATA)", defaultData())
    .option("--node-dir <DIR>", "the node's own folder (or ROLECAST_NODE_DIR)", nodeDirGiven())
    .option("--port <N>", "port of the AWS APIs", portOf, fromEnvironment("ROLECAST_PORT", 4566));
  for (const { portName, title, transport, defaultPort } of PROTOCOLS_BY_NAME) {
    command.option(
      `${flagOf(portName)} <N>`,
      `${transport === "udp" ? "UDP port" : "port"} of ${title}`,
      portOf,
      fromEnvironment(variableOf(portName), defaultPort),
    );
  }
  return command
    .option("--objects", "compare the files of all objects with their sizes and checksums instead")
    .option("--remove-unreferenced", "with --objects: remove files that no object refers to")
    .option("--database <URL>", "with --objects: the server's PostgreSQL (or ROLECAST_DATABASE)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  rolecast doctor --data ./.rolecast --port 4566\n  rolecast doctor --objects --data ./.rolecast\n\nExits with 1 when there is a problem, with 0 for warnings alone.",
    )
    .action(async (flags: DoctorFlags) => {
      if (flags.objects) return checkAllObjects(flags);
      if (flags.removeUnreferenced || flags.database !== undefined)
        throw new CommandError("--remove-unreferenced and --database are for --objects: add it.");
      const [answer, clockFinding] = await Promise.all([answerAt(flags.port), clock()]);
      const findings = await Promise.all([
        nodeVersion(),
        port("API port", flags.port, "--port", answer),
        ...PROTOCOLS_BY_NAME.map(({ title, portName, transport }) =>
          port(`${title} port`, flags[portName], flagOf(portName), answer, BIND[transport]),
        ),
        ffmpeg(),
        certificate(flags),
        disk(flags.data),
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

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = NODE_MIN;
  const fine = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  const check = "Node.js";
  if (fine) return { check, state: "ok", found: process.version };
  return {
    check,
    state: "problem",
    found: process.version,
    fix: `Install Node.js ${NODE_MIN.join(".")} or newer.`,
  };
}

/** The settings of a server that is started in this environment. */
function fromEnvironment(variable: string, otherwise: number): number {
  const text = process.env[variable] ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : otherwise;
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
  const code = await bind(number);
  if (code === "") return { check, state: "ok", found: `${number} is free` };
  if (own.has(number)) return { check, state: "ok", found: `${number}: a Rolecast server answers` };
  const used = number === silent ? "is in use, by something that doesn't answer" : "is in use";
  const found = code === "EADDRINUSE" ? `${number} ${used}` : `${number}: ${code}`;
  return {
    check,
    state: "warning",
    found,
    fix: `Stop what uses it, or start with ${flag} 0 for a free one.`,
  };
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
  /** The port asked, when something accepted and then said nothing. */
  readonly silent?: number;
}

async function answerAt(apiPort: number): Promise<AnswerAtPort> {
  try {
    const answer = await fetch(`http://127.0.0.1:${apiPort}/_rolecast/health`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const { ivs } = (await answer.json()) as { readonly ivs: Readonly<Record<string, number>> };
    const ports = PROTOCOLS.map(({ portName }) => ivs[portName]);
    return { own: new Set([apiPort, ...ports.filter((number) => number !== undefined)]) };
  } catch (error) {
    // Whatever listens there isn't ours.
    const isSilent = error instanceof Error && error.name === "TimeoutError";
    return { own: new Set(), ...(isSilent ? { silent: apiPort } : {}) };
  }
}

async function ffmpeg(): Promise<Finding> {
  const check = "ffmpeg";
  const program = findFfmpeg(process.env.ROLECAST_FFMPEG ?? "auto", process.env.PATH);
  const fix = "Debian: apt-get install ffmpeg. Or name one with --ffmpeg.";
  if (program === undefined) {
    return {
      check,
      state: "warning",
      found: "none: no transcoding, no thumbnails, no broadcast",
      fix,
    };
  }
  const { stdout } = await promisify(execFile)(program, ["-hide_banner", "-version"]);
  const { stdout: encoders } = await promisify(execFile)(program, ["-hide_banner", "-encoders"]);
  const version = /ffmpeg version (\S+)/.exec(stdout)?.[1] ?? "";
  if (encoders.includes("libx264")) return { check, state: "ok", found: `${program} ${version}` };
  return { check, state: "warning", found: `${program} ${version} has no libx264`, fix };
}

/** Returns the certificate that expires first, of those of several nodes. */
async function certificate({ data, nodeDir }: DoctorFlags): Promise<Finding> {
  const check = "Certificate";
  const folders = nodeDir === undefined ? nodeFolders(resolve(data)) : [resolve(nodeDir)];
  const files = folders.map((folder) => join(folder, "tls", "rtmps.crt"));
  const ends = files.filter(existsSync).map(async (path) => {
    const { validTo } = new X509Certificate(await readFile(path));
    return { file: path, endsMs: new Date(validTo).getTime() };
  });
  const [first] = (await Promise.all(ends)).sort((a, b) => a.endsMs - b.endsMs);
  if (!first) return { check, state: "ok", found: "made at the first start" };
  const { file } = first;
  const days = Math.floor((first.endsMs - Date.now()) / DAY_MS);
  if (days >= CERTIFICATE_DAYS_MIN)
    return { check, state: "ok", found: `${file} for ${days} days` };
  const found = days < 0 ? `${file} has expired` : `${file} expires in ${days} days`;
  const fix = `Remove the folder ${dirname(file)}: the next start makes a new one.`;
  return { check, state: days < 0 ? "problem" : "warning", found, fix };
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
  const free = bavail * bsize;
  const check = "Disk";
  const found = `${bytesText(free)} free at ${folder}`;
  if (free >= DISK_BYTES_MIN) return { check, state: "ok", found };
  return {
    check,
    state: "warning",
    found,
    fix: "Free some, or put the data elsewhere with --data.",
  };
}

/** Against a running server, where there is one: signatures older than 15 minutes are refused. */
async function clock(): Promise<Finding> {
  const check = "Clock";
  const { endpoint } = new Connection();
  const year = new Date().getUTCFullYear();
  try {
    const answer = await fetch(`${endpoint}/_rolecast/health/live`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const skewMs = Math.abs(Date.parse(answer.headers.get("date") ?? "") - Date.now());
    if (skewMs < SKEW_MS_MAX) return { check, state: "ok", found: `agrees with ${endpoint}` };
    const found = `${Math.round(skewMs / 1000)} s from ${endpoint}'s`;
    return {
      check,
      state: "problem",
      found,
      fix: "Set the clock: signatures hold for 15 minutes.",
    };
  } catch {
    // No server answers: the year is all that can be said.
    if (year >= 2026) return { check, state: "ok", found: new Date().toISOString() };
    return { check, state: "problem", found: new Date().toISOString(), fix: "Set the clock." };
  }
}
