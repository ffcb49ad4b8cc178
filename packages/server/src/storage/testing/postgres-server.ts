import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, chown, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { removeAtExit, withParent } from "../../kernel/testing/with-parent.ts";

/** Debian's place; tests that need PostgreSQL are skipped by name without it. */
const BIN_DIR = "/usr/lib/postgresql/17/bin";
export const hasPostgres = existsSync(join(BIN_DIR, "initdb"));

/** Stands in every URL of it, so that a test can look for it where it must not be. */
export const POSTGRES_PASSWORD = "correct-horse-battery";

/** For tests only. */
const SETTINGS = [
  // What is committed outlives a crash of PostgreSQL, but not of the machine.
  "fsync=off",
  "full_page_writes=off",
  // Up to a dozen for each server of all tests that run at a time.
  "max_connections=300",
];

/** A file system in memory, where making a table's files takes a fifth of the time. */
const MEMORY_DIR = "/dev/shm";
/** Several times as much as the tests of a run leave there. */
const MEMORY_MIN_BYTES = 4 * 1024 ** 3;

export interface PostgresOptions {
  /** On all of the machine's addresses, for everything that has the password. */
  readonly everywhere?: boolean;
  /** Keeps the files in memory if there is room. */
  readonly inMemory?: boolean;
  /** Settings beside those of all tests. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL of a test's own, on a free port of 127.0.0.1. */
export interface PostgresServer {
  /** `postgres://postgres:…@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  /** Ends it as a crash of its machine would; its data stays. */
  crash(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/**
 * Makes a cluster that sorts text by language, as most do, and starts it. PostgreSQL refuses to
 * run as root: then it runs as Debian's user postgres.
 */
export async function startPostgres({
  everywhere = false,
  inMemory = false,
  settings = [],
}: PostgresOptions = {}): Promise<PostgresServer> {
  const place = inMemory && (await hasMemory()) ? MEMORY_DIR : tmpdir();
  const dir = await mkdtemp(join(place, "rolecast-postgres-"));
  removeAtExit(dir);
  const user = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  const passwordFile = join(dir, "password");
  await writeFile(passwordFile, POSTGRES_PASSWORD);
  if (user.uid !== undefined) {
    await chown(dir, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const data = join(dir, "data");
  const access = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  // Each new connection works through as many; thousands are for passwords that may be guessed.
  const scram = ["-c", "scram_iterations=1"];
  const locale = ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"];
  await promisify(execFile)(
    join(BIN_DIR, "initdb"),
    ["-D", data, "--no-sync", "--encoding=UTF8", ...access, ...scram, ...locale],
    { ...user, cwd: dir },
  );
  const port = await freePort();
  const host = everywhere ? "*" : "127.0.0.1";
  const args = ["-D", data, "-h", host, "-p", String(port), "-k", dir];
  if (everywhere) await appendFile(join(data, "pg_hba.conf"), "host all all all scram-sha-256\n");
  let child: ChildProcess;
  const start = async () => {
    const all = [...args, ...[...SETTINGS, ...settings].flatMap((option) => ["-c", option])];
    child = spawn(...withParent(join(BIN_DIR, "postgres"), all, "QUIT"), {
      ...user,
      cwd: dir,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await untilReady(child);
  };
  const end = (signal: NodeJS.Signals) => {
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    return ended;
  };
  await start();
  return {
    url: `postgres://postgres:${POSTGRES_PASSWORD}@127.0.0.1:${port}/postgres`,
    // SIGQUIT: PostgreSQL's own immediate shutdown, with all of its processes.
    crash: () => end("SIGQUIT"),
    start,
    async remove() {
      if (child.exitCode === null && child.signalCode === null) await end("SIGQUIT");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * The URL of an empty schema of the PostgreSQL that the files of a run share. To make a cluster
 * takes most of a second of processor time; only a test that ends PostgreSQL needs its own.
 */
export async function makeSharedSchema(): Promise<string> {
  const desk = process.env.TESTS_POSTGRES;
  if (desk === undefined) throw new Error("this test needs vitest.config.ts's globalSetup");
  const response = await fetch(desk);
  const url = await response.text();
  if (!response.ok) throw new Error(url);
  return makeSchema(url);
}

/** The URL of an empty schema of `url`'s database, made when it is missing. */
export async function makeSchema(url: string, name: string = randomUUID()): Promise<string> {
  const schema = `rolecast_${name.replaceAll("-", "")}`;
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`create schema if not exists ${schema}`);
  await client.end();
  return `${url}?options=-c%20search_path%3D${schema}`;
}

async function hasMemory(): Promise<boolean> {
  if (!existsSync(MEMORY_DIR)) return false;
  const { bavail, bsize } = await statfs(MEMORY_DIR);
  return bavail * bsize >= MEMORY_MIN_BYTES;
}

function idOf(option: string): number {
  return Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("database system is ready to accept connections")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}
