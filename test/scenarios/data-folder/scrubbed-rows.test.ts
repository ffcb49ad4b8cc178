import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import Libsql from "libsql";
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

/* Objects' files are compared in the background. A row that can't be read doesn't end that. */

test("objects beside a damaged row, after a damaged place, are compared", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rolecast-scrubbed-rows-"));
  const data = join(folder, "data");
  try {
    const before = await startTestServer({ data });
    const { s3 } = before.clients();
    await s3.send(new CreateBucketCommand({ Bucket: "kept" }));
    const Body = Buffer.alloc(100_000);
    for (const Key of ["a", "b", "c"])
      await s3.send(new PutObjectCommand({ Bucket: "kept", Key, Body }));
    await before.close();
    const db = new Libsql(join(data, "rolecast.db"));
    db.exec(`update s3_objects set checksum = '{"torn' where object_key = 'a'`);
    db.exec(`delete from s3_scrubs`);
    db.exec(`insert into s3_scrubs (name, place) values ('objects', '["obj')`);
    db.close();
    const server = await startTestServer({ data, scrubBytesPerSecond: 100_000_000 });
    const health = async () => {
      const answer = await fetch(`${server.endpoint}/_rolecast/health`);
      return ((await answer.json()) as { s3: Record<string, number> }).s3;
    };
    try {
      await expect
        .poll(health, { timeout: 40_000, interval: 500 })
        .toMatchObject({ scrubRounds: 1, scrubbedObjects: 2, damagedFiles: 0 });
    } finally {
      await server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
