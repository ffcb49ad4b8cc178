import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { openStore } from "../../../storage/open-store.ts";
import { open, readBlob, seal } from "../ciphertext/ciphertext-blob.ts";
import { KeyMaterials } from "../ciphertext/key-materials.ts";
import { kmsMigrations } from "../migrations.ts";
import { insertAlias } from "../rows/aliases.ts";
import { findLivingKey, insertKey, relatedKeys, updateKey } from "../rows/keys.ts";
import { listMaterials } from "../rows/materials.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { DueKeys } from "./due-keys.ts";
import { makeKey, storeKey } from "./new-key.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const PLACE = { account_id: "000000000000", region: "us-east-1" };
const FACTS = { key_manager: "CUSTOMER", description: "", policy: "{}", tags: "{}" } as const;
const log = { error: (_: object, message: string) => expect.fail(message) } as unknown as Log;

test("a key whose time has come is removed with all it had, or rotated", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-due-keys-"));
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };
  const options = { shared: undefined, durable: false, migrations: kmsMigrations, ...clock };
  const store = await openStore({ file: join(dir, "db"), ...options });
  const tables = store.tables<KmsTables>();
  const materials = new KeyMaterials(randomIds.bytes(32), randomIds);
  const add = (change: Partial<KeyRow>) =>
    tables.transaction(async ({ db }) => {
      const made = await makeKey({ ...PLACE, ...FACTS }, 0, { ids: randomIds, materials });
      await storeKey(made, db);
      await updateKey(made.key, change, db);
      return made.key;
    });
  const pending = { state: "PendingDeletion", deletion_ms: 7 * DAY_MS } as const;
  const gone = await add(pending);
  const later = await add({ ...pending, deletion_ms: 8 * DAY_MS });
  const yearly = await add({ rotation_days: 90, rotation_ms: 7 * DAY_MS });
  const disabled = await add({ state: "Disabled", rotation_days: 90, rotation_ms: 7 * DAY_MS });
  const alias = { ...PLACE, alias_name: "alias/a", created_ms: 0, updated_ms: 0 };
  await tables.transaction(({ db }) => insertAlias({ ...alias, key_id: gone.key_id }, db));
  const before = await materials.find(yearly.key_id, yearly.material_id, tables.db);
  const sealed = before && seal(Buffer.from("text"), {}, before);

  nowMs = 7 * DAY_MS;
  // For requests it is gone at once, before any round.
  expect(await findLivingKey(gone, nowMs, tables.db)).toBeUndefined();
  const due = new DueKeys({ store, clock, log, materials });
  due.start();
  await expect.poll(() => listMaterials(yearly.key_id, tables.db)).toHaveLength(2);
  await due.close();

  const rows = await tables.db.selectFrom("kms_keys").select("key_id").execute();
  const left = [later, yearly, disabled].map(({ key_id }) => key_id);
  expect(rows.map(({ key_id }) => key_id).toSorted()).toEqual(left.toSorted());
  expect(await listMaterials(gone.key_id, tables.db)).toEqual([]);
  expect(await tables.db.selectFrom("kms_aliases").selectAll().execute()).toEqual([]);
  const rotated = await findLivingKey(yearly, nowMs, tables.db);
  expect(rotated).toMatchObject({ rotation_ms: 97 * DAY_MS });
  expect(rotated?.material_id).not.toBe(yearly.material_id);
  expect(await listMaterials(disabled.key_id, tables.db)).toHaveLength(1);
  const old = await materials.find(yearly.key_id, yearly.material_id, tables.db);
  const blob = sealed && readBlob(sealed);
  expect(blob && old && open(blob, {}, old)?.toString()).toBe("text");
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a primary waits for its last replica, and expired material goes", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-due-keys-"));
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };
  const options = { shared: undefined, durable: false, migrations: kmsMigrations, ...clock };
  const store = await openStore({ file: join(dir, "db"), ...options });
  const tables = store.tables<KmsTables>();
  const materials = new KeyMaterials(randomIds.bytes(32), randomIds);
  const parts = { ids: randomIds, materials };
  const made = await makeKey({ ...PLACE, ...FACTS, isMultiRegion: true }, 0, parts);
  const waiting = { state: "PendingReplicaDeletion", deletion_days: 10 } as const;
  const primary = { ...made.key, ...waiting };
  const leaving = { state: "PendingDeletion", deletion_ms: 7 * DAY_MS } as const;
  const replicas = ["eu-west-1", "eu-west-2"].map((region) => ({
    ...made.key,
    ...leaving,
    region,
  }));
  const imported = await makeKey({ ...PLACE, ...FACTS }, 0, parts);
  const expiring = { ...imported.key, origin: "EXTERNAL", valid_to_ms: 7 * DAY_MS } as const;
  await tables.transaction(async ({ db }) => {
    await storeKey({ ...made, key: primary }, db);
    for (const replica of replicas) await insertKey(replica, db);
    await storeKey({ ...imported, key: expiring }, db);
  });
  nowMs = 7 * DAY_MS;
  // For requests it has gone at once, before any round.
  expect(await findLivingKey(expiring, nowMs, tables.db)).toMatchObject({ has_material: 0 });
  const due = new DueKeys({ store, clock, log, materials });
  due.start();
  await expect
    .poll(() => listMaterials(expiring.key_id, tables.db))
    .toEqual([expect.objectContaining({ sealed: "" })]);
  await due.close();
  const ended = { state: "PendingDeletion", deletion_ms: 17 * DAY_MS, deletion_days: null };
  expect(await relatedKeys(primary, nowMs, tables.db)).toEqual([{ ...primary, ...ended }]);
  expect(await listMaterials(primary.key_id, tables.db)).toHaveLength(1);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});
