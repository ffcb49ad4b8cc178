import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testContext } from "../../../kernel/testing/test-context.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { iamMigrations } from "../migrations.ts";
import { deleteGroup, insertGroup, setGroup } from "../rows/groups.ts";
import { deleteInstanceProfile, insertInstanceProfile } from "../rows/instance-profiles.ts";
import { deletePolicy, insertPolicy } from "../rows/policies.ts";
import { deleteUser, insertUser, setUser } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { onInstanceProfile, onOwner, onPolicy } from "./authorization.ts";
import { current, existing } from "./owners.ts";
import { currentPolicy, currentProfile } from "./subjects.ts";

const ACCOUNT = "000000000000";
const ARN = `arn:aws:iam::${ACCOUNT}:policy/own`;
const dir = mkdtempSync(join(tmpdir(), "rolecast-subjects-"));
let store: OpenedStore;
let db: Db;

beforeAll(async () => {
  const options = { durable: false, migrations: iamMigrations, nowMs: () => 0 };
  store = await openStore({ file: join(dir, "a.db"), ...options });
  db = store.tables<IamTables>().db;
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const context = () => testContext({ service: "iam", operation: "Test", store });

const change = (run: (own: Db) => Promise<unknown>) =>
  store.tables<IamTables>().transaction(async (tx) => {
    await run(tx.db);
  });

const named = { account_id: ACCOUNT, path: "/", created_ms: 0 };
const makeUser = (id: string, name: string) =>
  change((own) =>
    insertUser(own, {
      ...named,
      user_id: id,
      user_name: name,
      name_key: name.toLowerCase(),
      boundary_arn: null,
    }),
  );
const makeGroup = (id: string, name: string) =>
  change((own) =>
    insertGroup(own, { ...named, group_id: id, group_name: name, name_key: name.toLowerCase() }),
  );
const makeProfile = (id: string) =>
  change((own) =>
    insertInstanceProfile(own, {
      ...named,
      profile_id: id,
      profile_name: "box",
      name_key: "box",
      role_id: null,
    }),
  );
const makePolicy = (id: string) =>
  change((own) =>
    insertPolicy(own, {
      ...named,
      policy_id: id,
      policy_arn: ARN,
      policy_name: "own",
      name_key: "own",
      description: null,
      default_version: 1,
      last_version: 1,
      updated_ms: 0,
    }),
  );

describe("the subject of a decision", () => {
  it("is the same user or group in the change, whatever its name is by then", async () => {
    await makeUser("AIDA1", "Carol");
    await makeGroup("AGPA1", "crew");
    const user = (await onOwner(context(), "user", "carol")).subject;
    const group = (await onOwner(context(), "group", "crew")).subject;
    await change((own) => setUser(own, "AIDA1", { user_name: "caroline", name_key: "caroline" }));
    await change((own) => setGroup(own, "AGPA1", { group_name: "team", name_key: "team" }));
    expect(existing(user)).toMatchObject({ id: "AIDA1", name: "Carol" });
    expect(await current(db, user)).toMatchObject({ id: "AIDA1", name: "caroline" });
    expect(await current(db, group)).toMatchObject({ id: "AGPA1", name: "team" });
  });

  it("isn't a namesake that was made after the decision", async () => {
    await makeUser("AIDA2", "dave");
    await makeGroup("AGPA2", "guild");
    await makeProfile("AIPA2");
    await makePolicy("ANPA2");
    const { subject: user } = await onOwner(context(), "user", "dave");
    const { subject: group } = await onOwner(context(), "group", "guild");
    const { subject: profile } = await onInstanceProfile(context(), "box");
    const { subject: policy } = await onPolicy(context(), ARN);
    expect(await currentProfile(db, profile)).toMatchObject({ profile_id: "AIPA2" });
    expect(await currentPolicy(db, policy)).toMatchObject({ policy_id: "ANPA2" });
    await change((own) => deleteUser(own, "AIDA2"));
    await change((own) => deleteGroup(own, "AGPA2"));
    await change((own) => deleteInstanceProfile(own, "AIPA2"));
    await change((own) => deletePolicy(own, ARN));
    await makeUser("AIDA3", "dave");
    await makeGroup("AGPA3", "guild");
    await makeProfile("AIPA3");
    await makePolicy("ANPA3");
    const gone = { code: "NoSuchEntity" };
    await expect(current(db, user)).rejects.toMatchObject(gone);
    await expect(current(db, group)).rejects.toMatchObject(gone);
    await expect(currentProfile(db, profile)).rejects.toMatchObject(gone);
    await expect(currentPolicy(db, policy)).rejects.toMatchObject(gone);
  });

  it("is missing if it was made after the decision", async () => {
    const { subject } = await onOwner(context(), "user", "late");
    await makeUser("AIDA4", "late");
    expect(() => existing(subject)).toThrow("The user with name late cannot be found.");
    await expect(current(db, subject)).rejects.toMatchObject({ code: "NoSuchEntity" });
  });
});
