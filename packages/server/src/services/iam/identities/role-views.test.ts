import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testContext } from "../../../kernel/testing/test-context.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { Generations } from "../changes/generations.ts";
import { iamMigrations } from "../migrations.ts";
import { insertRole, setRole } from "../rows/roles.ts";
import type { Db, IamTables } from "../tables.ts";
import { RoleViews } from "./role-views.ts";

const ACCOUNT = "000000000000";
const dir = mkdtempSync(join(tmpdir(), "rolecast-role-views-"));
let store: OpenedStore;
beforeAll(async () => {
  const options = { durable: false, migrations: iamMigrations, nowMs: () => 0 };
  store = await openStore({ file: join(dir, "a.db"), ...options });
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const add = (db: Db, name: string) =>
  insertRole(db, {
    ...{ account_id: ACCOUNT, role_id: `AROA${name}`, role_name: name, name_key: name, path: "/" },
    ...{ trust_policy: "{}", description: "old", max_session_duration_s: 3_600 },
    ...{ boundary_arn: null, linked_service: null, deletion_task_id: null, last_used_ms: null },
    ...{ last_used_region: null, created_ms: 0, created_by: null, created_via: null },
  });

test("a role is kept until its account changes, and never as a transaction has it", async () => {
  const generations = new Generations();
  const views = new RoleViews(generations);
  const context = () => testContext({ service: "iam", operation: "GetRole", store });
  const found = async (name: string, at = context()) =>
    (await views.find(at, name)).owner?.row.description ?? undefined;
  const own = store.tables<IamTables>();
  await own.transaction(({ db }) => add(db, "app"));
  expect(await found("app")).toBe("old");
  await store
    .transaction(async (transaction) => {
      const { db } = transaction.tables<IamTables>();
      const inside = testContext({ service: "iam", operation: "GetRole", store, transaction });
      // Its own change, which nobody else sees, and a role that will never have been.
      await setRole(db, "AROAapp", { description: "new" });
      await add(db, "draft");
      expect([await found("app", inside), await found("draft", inside)]).toEqual(["new", "old"]);
      expect(await found("app")).toBe("old");
      throw new Error("rolled back");
    })
    .catch((error: Error) => expect(error.message).toBe("rolled back"));
  expect([await found("app"), await found("draft")]).toEqual(["old", undefined]);
  // What isn't there isn't kept; what is there is, as long as nobody counts a change.
  await own.transaction(({ db }) => add(db, "draft"));
  await own.transaction(({ db }) => setRole(db, "AROAapp", { description: "new" }));
  expect([await found("draft"), await found("app")]).toEqual(["old", "old"]);
  generations.count(ACCOUNT);
  expect(await found("app")).toBe("new");
});
