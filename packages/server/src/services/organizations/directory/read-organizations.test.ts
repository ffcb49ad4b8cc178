import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import { openStore } from "../../../storage/open-store.ts";
import { organizationsMigrations } from "../migrations.ts";
import type { AccountRow, OrganizationRow, OrganizationsTables } from "../tables.ts";
import { readOrganizations } from "./read-organizations.ts";

const ORGANIZATION: OrganizationRow = {
  ...{ organization_id: "o-torn", management_account_id: "1", root_id: "r-torn" },
  ...{ feature_set: "ALL", created_ms: 0, policy_types: '["SERV', root_tags: "{}" },
  ...{ root_features: "[]", delegation_policy: null, delegation_policy_id: null },
  ...{ delegation_policy_tags: "{}", folder_digest: null },
};
const WHOLE = {
  ...{ organization_id: "o-whole", management_account_id: "3", root_id: "r-whole" },
  policy_types: "[]",
};
const accountOf = (account_id: string, of: string): AccountRow => ({
  ...{ account_id, organization_id: `o-${of}`, parent_id: `r-${of}`, name: "" },
  ...{ email: `${account_id}@example.com`, joined_method: "CREATED", joined_ms: 0 },
  ...{ closed_ms: null, tags: "{}" },
});

test("an organization that can't be read allows its member accounts nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-organizations-"));
  const options = { durable: false, migrations: organizationsMigrations, nowMs: () => 1 };
  const store = await openStore({ file: join(folder, "state.db"), ...options });
  const named: object[] = [];
  const log = { error: (fields: object) => named.push(fields) } as unknown as Log;
  try {
    const tables = store.tables<OrganizationsTables>();
    await tables.transaction(async ({ db }) => {
      const organizations = [ORGANIZATION, { ...ORGANIZATION, ...WHOLE }];
      await db.insertInto("organizations_organizations").values(organizations).execute();
      const accounts = [accountOf("1", "torn"), accountOf("2", "torn"), accountOf("3", "whole")];
      const all = [...accounts, accountOf("4", "whole")];
      await db.insertInto("organizations_accounts").values(all).execute();
    });
    const rows = new ReadableRows("organizations", log);
    const { members } = await readOrganizations(tables.db, rows);
    const policies = [...members.values()].map(({ accountId, scpLevels, rcpLevels }) => [
      ...[accountId, scpLevels.map((level) => level.policies)],
      rcpLevels.map((level) => level.policies),
    ]);
    // Each level must allow: those without a policy allow nothing.
    expect(policies).toEqual([
      ["1", [], []],
      ["2", [[], []], [[], []]],
      ["3", [], []],
      ["4", [], []],
    ]);
    expect(named).toHaveLength(1);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
