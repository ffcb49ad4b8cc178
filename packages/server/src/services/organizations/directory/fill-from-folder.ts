import {
  derivedId,
  FOLDER_ROOT_ID,
  type FolderLevel,
  folderUnitId,
  type OrganizationFolder,
} from "../../../kernel/organization-folder.ts";
import { type ChangeCounter, ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { AWS_POLICY_IDS } from "../names.ts";
import { CONTROL_KINDS, type PolicyType } from "../policy-type.ts";
import { findMembership, insertAccount, removeAccount } from "../rows/accounts.ts";
import { insertAttachment } from "../rows/attachments.ts";
import {
  type Db,
  findOrganization,
  insertOrganization,
  removeOrganization,
} from "../rows/organizations.ts";
import { insertPolicy } from "../rows/policies.ts";
import { insertUnit } from "../rows/units.ts";
import type { OrganizationRow, OrganizationsTables } from "../tables.ts";
import { defaultEmail } from "../views.ts";

const TYPE_OF_KIND = { scp: "SERVICE_CONTROL_POLICY", rcp: "RESOURCE_CONTROL_POLICY" } as const;

interface FillDependencies {
  readonly store: Store;
  readonly changes: ChangeCounter;
  readonly log: Log;
}

/**
 * Makes the organization that a folder describes, unless the folder is as it was when it did so
 * last: then everything that was changed through the API stays. A folder that has changed makes the
 * organization anew, without those changes.
 */
export async function fillFromFolder(
  folder: OrganizationFolder,
  nowMs: number,
  { store, changes, log }: FillDependencies,
): Promise<void> {
  const replaced = await store.tables<OrganizationsTables>().transaction(async (tx) => {
    const before = await findOrganization(folder.id, tx.db);
    if (before?.folder_digest === folder.digest) return false;
    await changes.bump(tx, ORGANIZATIONS_KEY);
    await removeOrganization(folder.id, tx.db);
    await new Filling(folder, nowMs, tx.db).run();
    return before !== undefined;
  });
  if (replaced)
    log.warn({ organization: folder.id }, "the organization was made anew from its changed folder");
}

class Filling {
  readonly #folder: OrganizationFolder;
  readonly #nowMs: number;
  readonly #db: Db;
  readonly #organization: OrganizationRow;

  constructor(folder: OrganizationFolder, nowMs: number, db: Db) {
    this.#folder = folder;
    this.#nowMs = nowMs;
    this.#db = db;
    this.#organization = {
      organization_id: folder.id,
      management_account_id: folder.managementAccountId,
      root_id: FOLDER_ROOT_ID,
      feature_set: "ALL",
      created_ms: nowMs,
      policy_types: JSON.stringify(Object.keys(CONTROL_KINDS)),
      root_tags: "{}",
      root_features: JSON.stringify(["RootSessions"]),
      delegation_policy: null,
      delegation_policy_id: null,
      delegation_policy_tags: "{}",
      folder_digest: folder.digest,
    };
  }

  async run(): Promise<void> {
    const { managementAccountId, root } = this.#folder;
    await insertOrganization(this.#organization, this.#db);
    await this.#attach(root, FOLDER_ROOT_ID);
    for (const child of root.children) await this.#insert(child, FOLDER_ROOT_ID);
    if (!(await findMembership(managementAccountId, this.#db)))
      await this.#insertAccount(managementAccountId, FOLDER_ROOT_ID, undefined);
  }

  async #insert(level: FolderLevel, parentId: string): Promise<void> {
    if (level.accountId !== undefined) return this.#insertAccount(level.accountId, parentId, level);
    const unitId = folderUnitId(level.path);
    const { organization_id } = this.#organization;
    const place = { unit_id: unitId, organization_id, parent_id: parentId };
    await insertUnit({ ...place, name: level.name, tags: "{}" }, this.#db);
    await this.#attach(level, unitId);
    for (const child of level.children) await this.#insert(child, unitId);
  }

  /** An account of another organization here moves to this one. */
  async #insertAccount(
    accountId: string,
    parentId: string,
    level: FolderLevel | undefined,
  ): Promise<void> {
    await removeAccount(accountId, this.#db);
    await insertAccount(
      {
        account_id: accountId,
        organization_id: this.#organization.organization_id,
        parent_id: parentId,
        name: accountId,
        email: defaultEmail(accountId),
        joined_method: "INVITED",
        joined_ms: this.#nowMs,
        closed_ms: null,
        tags: "{}",
      },
      this.#db,
    );
    const none = { hasFullAWSAccess: true, policies: [] };
    await this.#attach(level ?? none, accountId);
  }

  async #attach(
    { hasFullAWSAccess, policies }: Pick<FolderLevel, "hasFullAWSAccess" | "policies">,
    targetId: string,
  ): Promise<void> {
    const attach = (policy_id: string, policy_type: PolicyType) =>
      insertAttachment(
        {
          organization_id: this.#organization.organization_id,
          ...{ policy_id, policy_type, target_id: targetId, attached_ms: this.#nowMs },
        },
        this.#db,
      );
    for (const [type, id] of Object.entries(AWS_POLICY_IDS))
      if (hasFullAWSAccess || type === "RESOURCE_CONTROL_POLICY")
        await attach(id, type as PolicyType);
    for (const { path, kind, text } of policies) {
      const policy_id = `p-${derivedId(path)}`;
      const type = TYPE_OF_KIND[kind];
      await insertPolicy(
        {
          ...{ policy_id, organization_id: this.#organization.organization_id, type },
          // The path tells namesakes of different levels apart.
          ...{ name: path.slice(0, -".scp.json".length), description: "", content: text },
          ...{ tags: "{}", updated_ms: this.#nowMs },
        },
        this.#db,
      );
      await attach(policy_id, type);
    }
  }
}
