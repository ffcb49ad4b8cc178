import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testContext } from "../../../kernel/testing/test-context.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { Generations } from "../changes/generations.ts";
import { iamMigrations } from "../migrations.ts";
import { refuseMoreRoles } from "../rows/role-room.ts";
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

const add = (db: Db, name: string, accountId = ACCOUNT) =>
  insertRole(db, {
    ...{
      account_id: accountId,
      role_id: `AROA${name}`,
      role_name: name,
      name_key: name,
      path: "/",
    },
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

test("an account gets as many roles as its quota says, whatever else happens", async () => {
  const limit = 4;
  const own = store.tables<IamTables>();
  let made = 0;
  const create = async (accountId: string, fails = false) => {
    made += 1;
    const name = `r${made}`;
    return own.transaction(async (tx) => {
      await refuseMoreRoles(tx, false, accountId, limit);
      await add(tx.db, name, accountId);
      if (fails) throw new Error("rolled back");
    });
  };
  const step = fc.constantFrom("create", "fail", "linked", "delete", "swap", "both");
  let accounts = 0;
  const holds = async (steps: readonly string[]) => {
    accounts += 1;
    const accountId = String(accounts).padStart(12, "0");
    const remove = (db: Db) =>
      db.deleteFrom("iam_roles").where("account_id", "=", accountId).execute();
    const linked = () => {
      made += 1;
      return own.transaction(({ db }) => add(db, `r${made}`, accountId));
    };
    let roles = 0;
    for (const kind of steps) {
      const room = limit - roles;
      if (kind === "create") {
        const isMade = await create(accountId).then(
          () => true,
          () => false,
        );
        expect(isMade).toBe(room > 0);
        if (isMade) roles += 1;
      } else if (kind === "fail") {
        await expect(create(accountId, true)).rejects.toThrow(room > 0 ? "rolled back" : "quota");
      } else if (kind === "linked") {
        await linked();
        roles += 1;
      } else if (kind === "delete") {
        await own.transaction(({ db }) => remove(db));
        roles = 0;
      } else if (kind === "swap") {
        // A count that sees what isn't committed.
        const swap = own.transaction(async (tx) => {
          await remove(tx.db);
          await refuseMoreRoles(tx, false, accountId, limit);
          throw new Error("rolled back");
        });
        await expect(swap).rejects.toThrow("rolled back");
      } else {
        // Both in one commit.
        const ended = await Promise.allSettled([create(accountId), linked()]);
        expect(ended[0]?.status).toBe(room > 0 ? "fulfilled" : "rejected");
        roles += room > 0 ? 2 : 1;
      }
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), holds), {
    numRuns: 40,
  });
});
