import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import {
  makeSchema,
  startPostgres,
} from "../packages/server/src/storage/testing/postgres-server.ts";
import { fillIam } from "../test/scenarios/releases/fill-iam.ts";
import { fillIvs } from "../test/scenarios/releases/fill-ivs.ts";
import { fillOthers } from "../test/scenarios/releases/fill-others.ts";
import { fillS3 } from "../test/scenarios/releases/fill-s3.ts";
import { openRelease } from "../test/scenarios/releases/open-release.ts";
import { readRelease, untilSettled } from "../test/scenarios/releases/read-release.ts";
import {
  hasRelease,
  packRelease,
  type ReleaseFacts,
  unpackRelease,
  writeRecord,
} from "../test/scenarios/releases/release.ts";
import { releaseClients } from "../test/scenarios/releases/release-clients.ts";
import { startServerProcess } from "../test/support/server-process.ts";

/*
 * npx tsx scripts/make-release-fixture.ts VERSION
 *
 * Makes the data of a release, which every later build must open: test/fixtures/releases/VERSION.
 * Run it once, from the release's own commit, after `npm run build`; it needs ffmpeg and
 * PostgreSQL 17. A server is filled through the wire and killed in the middle of work; then the
 * same build opens what it left, and what that answers is what later builds must answer.
 */

/** A table that is empty when the server is killed shows nothing. */
const MAY_BE_EMPTY = new Set([
  // One node has no peers.
  "ivs_nodes",
  "iam_account_changes",
  // Until the first comparison with the checksums, minutes after the start.
  "s3_scrubs",
  // Only until the next batch, a second later.
  "cloudtrail_intents",
  "cloudtrail_deliveries",
]);

async function fill(data: string, database: string | undefined): Promise<ReleaseFacts> {
  // The role's deletion isn't decided before the server is killed.
  const args = ["--data", data, "--role-deletion-delay-ms", "600000"];
  const environment = database === undefined ? {} : { ROLECAST_DATABASE: database };
  const server = await startServerProcess(args, environment);
  try {
    const clients = releaseClients(server.endpoint);
    const { user, session } = await fillIam(clients, server.endpoint);
    const uploadId = await fillS3(clients, server.endpoint);
    await fillOthers(clients);
    await fillIvs(clients, server);
    const { JobId = "" } = await clients.iam.generateServiceLastAccessedDetails({
      Arn: "arn:aws:iam::000000000000:user/team/anna",
    });
    const RoleName = "AWSServiceRoleForIVSRecordToS3";
    const { DeletionTaskId = "" } = await clients.iam.deleteServiceLinkedRole({ RoleName });
    await clients.iam.createUser({ UserName: "last" });
    return { madeAtMs: Date.now(), user, session, uploadId, DeletionTaskId, JobId };
  } finally {
    // Its encoder ends with it.
    await server.stop("SIGKILL");
  }
}

function checkTables(data: string): void {
  const database = new Libsql(join(data, "rolecast.db"), { readonly: true });
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
    .all() as { name: string }[];
  const empty = tables
    .map(({ name }) => name)
    .filter((name) => !MAY_BE_EMPTY.has(name))
    .filter((name) => database.prepare(`select 1 from ${name} limit 1`).get() === undefined);
  database.close();
  if (empty.length > 0) throw new Error(`Nothing is in ${empty.join(", ")}.`);
}

async function make(version: string, folder: string, postgres?: string): Promise<void> {
  const kind = postgres === undefined ? "sqlite" : "postgres";
  const data = join(folder, kind);
  const database = postgres === undefined ? undefined : await makeSchema(postgres);
  const facts = await fill(data, database);
  await packRelease(version, data, database);
  if (database === undefined) checkTables(data);
  const again = join(folder, `${kind}-again`);
  const restored = await unpackRelease(version, again, postgres);
  const { server, offsetMs } = await openRelease(folder, again, facts.madeAtMs, restored);
  try {
    await untilSettled(releaseClients(server.endpoint, offsetMs), facts);
    const readings = await readRelease(server.endpoint, offsetMs, facts);
    writeRecord(version, kind, { facts, readings });
    console.log(`${version}, ${kind}: ${Object.keys(readings).length} readings.`);
  } finally {
    await server.stop();
  }
}

const [version = ""] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("Name the release: 0.1.0, for one.");
if (hasRelease(version)) throw new Error(`There is a fixture of ${version} already.`);
const folder = await mkdtemp(join(tmpdir(), "rolecast-release-"));
const postgres = await startPostgres();
try {
  await make(version, folder);
  await make(version, folder, postgres.url);
} finally {
  await postgres.remove();
  await rm(folder, { recursive: true, force: true });
}
