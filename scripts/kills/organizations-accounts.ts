import { Organizations } from "@aws-sdk/client-organizations";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { rootIdOf } from "./organization.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Accounts that the organization makes and closes, with their places in it and their tags. */

const PREFIX = "kills-";

interface Account {
  readonly id: string | symbol;
  readonly parent: string;
  /** A closed account is suspended, and stays so. */
  readonly status: string;
  readonly tags: Tags;
}

/** The root and a unit. */
let parents: readonly string[] = [];

async function prepare(at: Node): Promise<void> {
  const root = await rootIdOf(at);
  const input = { ParentId: root, Name: "kills-for-accounts" };
  const { OrganizationalUnit } = await at.client(Organizations).createOrganizationalUnit(input);
  parents = [root, OrganizationalUnit?.Id ?? ""];
}

function change(key: string, account: Account | undefined, chance: Chance): Change<Account> {
  const of = (at: Node) => at.client(Organizations);
  const [root = "", unit = ""] = parents;
  if (!account)
    return {
      says: `CreateAccount ${key}`,
      send: (at) =>
        of(at).createAccount({ AccountName: PREFIX + key, Email: `${key}@kills.example.com` }),
      after: () => ({ id: UNKNOWN, parent: root, status: "ACTIVE", tags: {} }),
    };
  const id = String(account.id);
  // Only a look tells the id.
  if (account.id === UNKNOWN) return lookedUp(key, account);
  if (account.status === "ACTIVE" && chance.rarely(12))
    return {
      says: `CloseAccount ${key}`,
      send: (at) => of(at).closeAccount({ AccountId: id }),
      after: () => ({ ...account, status: "SUSPENDED" }),
    };
  if (chance.rarely(2))
    return changeTags(account, chance, `account ${key}`, {
      tag: (at, Key, Value) => of(at).tagResource({ ResourceId: id, Tags: [{ Key, Value }] }),
      untag: (at, TagKey) => of(at).untagResource({ ResourceId: id, TagKeys: [TagKey] }),
    });
  const parent = account.parent === root ? unit : root;
  const move = { AccountId: id, SourceParentId: account.parent, DestinationParentId: parent };
  return {
    says: `MoveAccount ${key} ${parent}`,
    send: (at) => of(at).moveAccount(move),
    after: () => ({ ...account, parent }),
  };
}

function lookedUp(key: string, account: Account): Change<Account> {
  return {
    says: `ListAccounts ${key}`,
    send: async (at) => (await listAccounts(at)).find(({ Name }) => Name === PREFIX + key)?.Id,
    after: (id) => ({ ...account, id: typeof id === "string" ? id : UNKNOWN }),
  };
}

const listAccounts = (at: Node) =>
  allPages(
    (NextToken) => at.client(Organizations).listAccounts({ NextToken }),
    ({ Accounts }) => Accounts,
    ({ NextToken }) => NextToken,
  );

async function read(at: Node): Promise<ReadonlyMap<string, Account>> {
  const organizations = at.client(Organizations);
  const named: [string | undefined, Account][] = [];
  for (const { Id: id = "", Name, Status: status = "" } of await listAccounts(at)) {
    if (!Name?.startsWith(PREFIX)) continue;
    const { Tags } = await organizations.listTagsForResource({ ResourceId: id });
    const { Parents } = await organizations.listParents({ ChildId: id });
    const parent = Parents?.[0]?.Id ?? "";
    named.push([Name, { id, parent, status, tags: tagsOf(Tags) }]);
  }
  return byKey(PREFIX, named);
}

export const accounts = remembered<Account>({
  ...{ name: "organizations-accounts", keys: 6, prepare, change, read },
});
