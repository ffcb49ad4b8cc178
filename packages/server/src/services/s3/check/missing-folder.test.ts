import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { openStore } from "../../../storage/open-store.ts";
import { s3Migrations } from "../migrations.ts";
import type { S3Tables } from "../tables.ts";
import { reportMissingFolder } from "./missing-folder.ts";

test("a missing folder is reported as soon as the database names a file", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-missing-"));
  const opened = await openStore({
    ...{ file: join(dir, "a.db"), durable: false, migrations: s3Migrations, nowMs: () => 0 },
  });
  onTestFinished(async () => {
    await opened.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const store = opened.tables<S3Tables>();
  const errors: string[] = [];
  const quiet = () => {};
  const error: Log["error"] = (_fields, text) => errors.push(text);
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error };
  const missing = join(dir, "s3");
  await reportMissingFolder(missing, store, log);
  expect(errors).toEqual([]);
  const part = { upload_id: "u", part_number: 1, account_id: "0", region: "", blob_id: "a/b" };
  const facts = { size_bytes: 1, etag: "", modified_ms: 0, checksum: null, offset_bytes: null };
  await store.transaction(({ db }) =>
    db
      .insertInto("s3_parts")
      .values({ ...part, ...facts })
      .execute(),
  );
  await reportMissingFolder(dir, store, log);
  expect(errors).toEqual([]);
  await reportMissingFolder(missing, store, log);
  expect(errors).toEqual([expect.stringContaining("is missing")]);
});
