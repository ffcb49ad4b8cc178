import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPostgres } from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { startReceiver } from "../../contract/events/receiver.ts";
import { askFor } from "../../support/run-wide.ts";
import { until } from "../../support/until.ts";
import { type OpenedRelease, openRelease } from "./open-release.ts";
import { comparable, readRelease, untilSettled } from "./read-release.ts";
import { type DatabaseKind, listReleases, readRecord, unpackRelease } from "./release.ts";
import { RECEIVER_PORT, releaseClients } from "./release-clients.ts";

/*
 * The data that each release left when it was killed in the middle of work, opened by this build:
 * all that was in it is there, and what was under way goes on.
 */

const KINDS: readonly DatabaseKind[] = hasPostgres ? ["sqlite", "postgres"] : ["sqlite"];
const CASES = listReleases().flatMap((version) => KINDS.map((kind) => ({ version, kind })));

/** A migration of the release after this build. */
const NEXT_MIGRATION = "test/9999-next-release";

let folder: string;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-releases-"));
  receiver = await startReceiver([], RECEIVER_PORT);
});
afterAll(async () => {
  await receiver?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(CASES)("the data of $version ($kind)", ({ version, kind }) => {
  const { facts, readings } = readRecord(version, kind);
  let opened: OpenedRelease;
  let database: string | undefined;
  let clients: ReturnType<typeof releaseClients>;
  beforeAll(async () => {
    receiver.received.length = 0;
    const data = join(folder, `${version}-${kind}`);
    const url = kind === "postgres" ? await askFor("TESTS_POSTGRES") : undefined;
    database = await unpackRelease(version, data, url);
    opened = await openRelease(folder, data, facts.madeAtMs, database);
    clients = releaseClients(opened.server.endpoint, opened.offsetMs);
    await untilSettled(clients, facts);
    if (database !== undefined) await expand(database);
  });
  afterAll(() => opened?.server.stop("SIGKILL"));

  test("is read back through the wire as the release itself read it", async () => {
    const seen = await readRelease(opened.server.endpoint, opened.offsetMs, facts);
    // A later build may answer with more members.
    expect(comparable(seen)).toMatchObject(comparable(readings));
    expect(Object.keys(readings).length).toBeGreaterThan(80);
  });

  test("has its event delivered that nobody had received", async () => {
    const { body, headers } = await until(() => receiver.received[0], "the event");
    expect(JSON.parse(body)).toMatchObject({ detail: { from: "a release" } });
    expect(headers["x-key"]).toBe("of-a-fixture");
  });

  test("goes on: an upload is completed, a policy decides, and a stop is clean", async () => {
    const upload = { Bucket: "everything", Key: "in-flight", UploadId: facts.uploadId };
    const { Parts = [] } = await clients.s3.listParts(upload);
    await clients.s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    const { ContentLength } = await clients.s3.headObject(upload);
    expect(ContentLength).toBe(5 * 2 ** 20);
    const { endpoint } = opened.server;
    const user = releaseClients(endpoint, opened.offsetMs, facts.user);
    expect((await user.iam.getUser({})).User?.UserName).toBe("anna");
    await expect(user.iam.createUser({ UserName: "refused" })).rejects.toMatchObject({
      name: "AccessDenied",
    });
    await expect(
      clients.s3.deleteObject({
        ...{ Bucket: "locked", Key: "kept" },
        VersionId: (await clients.s3.headObject({ Bucket: "locked", Key: "kept" })).VersionId,
      }),
    ).rejects.toMatchObject({ name: "AccessDenied" });
    expect(await opened.server.stop()).toBe(0);
    if (kind === "postgres")
      await expect(
        openRelease(folder, join(folder, `${version}-${kind}`), facts.madeAtMs, database),
      ).rejects.toThrow(`written by a newer version of Rolecast (migration ${NEXT_MIGRATION})`);
  });
});

/**
 * Does to the tables what the release after this build may do while this one still runs: each gets
 * a column that this build doesn't know.
 */
async function expand(database: string): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  const { rows } = await client.query(
    "select table_name from information_schema.tables where table_schema = current_schema()",
  );
  expect(rows.length).toBeGreaterThan(100);
  for (const { table_name: table } of rows)
    await client.query(`alter table "${table}" add column of_the_next_release text`);
  await client.query("insert into rolecast_migrations (name, applied_at_ms) values ($1, 0)", [
    NEXT_MIGRATION,
  ]);
  await client.end();
}
