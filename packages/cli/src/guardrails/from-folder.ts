import {
  FOLDER_ROOT_ID,
  type FolderLevel,
  FULL_ACCESS,
  folderUnitId,
  readOrganizationFolder,
} from "@rolecast/server";
import {
  type GuardedAccount,
  type GuardedLevel,
  type GuardedOrganization,
  guardedAccount,
} from "./guarded-organization.ts";

/** Nobody's: without a word in the folder no account manages the organization. */
const NO_ACCOUNT = "";
const KINDS = ["scp", "rcp"] as const;

/** Reads the organization that a folder of policy files describes. Rejects with ConfigError. */
export async function organizationOfFolder(folder: string): Promise<GuardedOrganization> {
  const { id, managementAccountId, root } = await readOrganizationFolder(folder, NO_ACCOUNT);
  const accounts = new Map<string, GuardedAccount>();
  const visit = (level: FolderLevel, above: readonly GuardedLevel[], orgPath: string): void => {
    const levels = [...above, guardedLevel(level)];
    if (level.accountId !== undefined) {
      const isManagement = level.accountId === managementAccountId;
      const place = { organizationId: id, orgPath };
      accounts.set(level.accountId, guardedAccount(place, levels, isManagement));
    }
    for (const child of level.children) {
      const isUnit = child.accountId === undefined;
      visit(child, levels, isUnit ? `${orgPath}${folderUnitId(child.path)}/` : orgPath);
    }
  };
  visit(root, [], `${id}/${FOLDER_ROOT_ID}/`);
  return accounts;
}

function guardedLevel({
  path,
  name,
  accountId,
  hasFullAWSAccess,
  policies,
}: FolderLevel): GuardedLevel {
  const unit = path === "" ? "the root" : `the unit \`${name}\``;
  return {
    title: accountId === undefined ? unit : `the account \`${accountId}\``,
    kinds: KINDS,
    policies: [
      ...(hasFullAWSAccess ? [{ kind: "scp" as const, ...FULL_ACCESS.scp }] : []),
      { kind: "rcp", ...FULL_ACCESS.rcp },
      ...policies.map(({ path: id, kind, text }) => ({ kind, id, text })),
    ],
  };
}
