import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { makeSchema } from "../../../packages/server/src/storage/testing/postgres-server.ts";
import type { Key } from "../../support/test-server.ts";
import type { Readings } from "./read-release.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/releases");
const SCHEMA = "rolecast_release";
const PROGRAMS = "/usr/lib/postgresql/17/bin";

const BYTES_MAX = 256 * 2 ** 20;

/** Compresses with a window over the whole text: SQLite's log has most pages several times. */
function compress(bytes: Buffer | string): Buffer {
  const { BROTLI_PARAM_LGWIN, BROTLI_MAX_WINDOW_BITS } = constants;
  return brotliCompressSync(bytes, { params: { [BROTLI_PARAM_LGWIN]: BROTLI_MAX_WINDOW_BITS } });
}

/** The database of a release's rows; its other files are a data folder in both cases. */
export type DatabaseKind = "sqlite" | "postgres";

/** The keys and ids that are needed to ask for a release's contents. */
export interface ReleaseFacts {
  readonly madeAtMs: number;
  readonly user: Key;
  readonly session: Key;
  readonly uploadId: string;
  /** The task of DeleteServiceLinkedRole that hadn't been decided. */
  readonly DeletionTaskId: string;
  /** The job of GenerateServiceLastAccessedDetails. */
  readonly JobId: string;
}

export interface ReleaseRecord {
  readonly facts: ReleaseFacts;
  /** The release's own answers when it opened the data again. */
  readonly readings: Readings;
}

/** The releases whose data there is. */
export function listReleases(): string[] {
  return readdirSync(FIXTURES).sort();
}

const dataFile = (version: string, kind: DatabaseKind) =>
  join(FIXTURES, version, `${kind}.data.tar.br`);
const dumpFile = (version: string) => join(FIXTURES, version, "postgres.sql.br");
const recordFile = (version: string, kind: DatabaseKind) =>
  join(FIXTURES, version, `${kind}.json.br`);

/** Packs what a server that was killed has left in `data` and, with a URL, in PostgreSQL. */
export async function packRelease(version: string, data: string, database?: string): Promise<void> {
  await mkdir(join(FIXTURES, version), { recursive: true });
  const kind = database === undefined ? "sqlite" : "postgres";
  // A server takes the room again that it keeps for bad times.
  const tar = execFileSync("tar", ["-C", data, "--exclude=disk.reserve", "-c", "."], {
    maxBuffer: BYTES_MAX,
  });
  writeFileSync(dataFile(version, kind), compress(tar));
  if (database === undefined) return;
  const [url = "", options = ""] = database.split("?options=");
  const schema = decodeURIComponent(options).split("search_path=")[1] ?? "";
  const args = ["--no-owner", "--no-privileges", `--schema=${schema}`, url];
  const dump = execFileSync(join(PROGRAMS, "pg_dump"), args, { maxBuffer: BYTES_MAX }).toString();
  // Only the psql of the same minor version knows its own command of that name.
  const text = dump.replaceAll(schema, SCHEMA).replaceAll(/^\\(?:un)?restrict.*\n/gm, "");
  writeFileSync(dumpFile(version), compress(text));
}

/** Makes the data folder again and, with the URL of a PostgreSQL, the tables. Returns their URL. */
export async function unpackRelease(
  version: string,
  data: string,
  postgres?: string,
): Promise<string | undefined> {
  const kind = postgres === undefined ? "sqlite" : "postgres";
  await mkdir(data, { mode: 0o700 });
  const tar = brotliDecompressSync(readFileSync(dataFile(version, kind)));
  execFileSync("tar", ["-C", data, "--no-same-owner", "-xp"], { input: tar });
  if (postgres === undefined) return undefined;
  const text = brotliDecompressSync(readFileSync(dumpFile(version)));
  const args = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", postgres];
  execFileSync(join(PROGRAMS, "psql"), args, { input: text, stdio: ["pipe", "ignore", "inherit"] });
  return makeSchema(postgres, SCHEMA.replace("rolecast_", ""));
}

export function writeRecord(version: string, kind: DatabaseKind, record: ReleaseRecord): void {
  writeFileSync(recordFile(version, kind), compress(JSON.stringify(record)));
}

export function readRecord(version: string, kind: DatabaseKind): ReleaseRecord {
  const text = brotliDecompressSync(readFileSync(recordFile(version, kind))).toString();
  return JSON.parse(text) as ReleaseRecord;
}

export function hasRelease(version: string): boolean {
  return existsSync(join(FIXTURES, version));
}
