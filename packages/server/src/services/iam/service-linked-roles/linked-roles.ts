import type { ServiceLinkedRoles } from "../../../kernel/ports/identity.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { LinkedRoleTemplates } from "../catalogue/linked-role-templates.ts";
import type { Generations } from "../changes/generations.ts";
import { deleteInlinePolicy, inlinePolicyNames } from "../rows/inline-policies.ts";
import { findLinkedRoles, type Role, roleArn } from "../rows/roles.ts";
import type { IamTables } from "../tables.ts";

/**
 * Gives a linked service what it may know and do of its own role, inside the transaction in which
 * it begins or ends using it.
 *
 * A role whose deletion is pending still counts: the deletion is decided in a transaction that
 * sees who uses the role, so the first of the two wins; if it is the service, the deletion fails.
 */
export function createLinkedRoles(
  generations: Generations,
  templates: LinkedRoleTemplates,
): ServiceLinkedRoles {
  /** Roles with a custom suffix are the caller's to use, not the service's own. */
  const ownRole = async (
    servicePrincipal: string,
    accountId: string,
    tx: Transaction,
  ): Promise<Role | undefined> => {
    const name = templates.find(servicePrincipal)?.roleName;
    const roles = await findLinkedRoles(tx.tables<IamTables>().db, accountId, servicePrincipal);
    return roles.find((role) => role.role_name === name);
  };
  return {
    has: (servicePrincipal) => templates.find(servicePrincipal) !== undefined,
    find: async (servicePrincipal, accountId, tx) => {
      const role = await ownRole(servicePrincipal, accountId, tx);
      return role && { arn: roleArn(role), roleName: role.role_name };
    },
    inlinePolicyNames: async (servicePrincipal, accountId, tx) => {
      const role = await ownRole(servicePrincipal, accountId, tx);
      if (!role) return [];
      return inlinePolicyNames(tx.tables<IamTables>().db, role.role_id);
    },
    removeInlinePolicy: async (servicePrincipal, accountId, policyName, tx) => {
      const role = await ownRole(servicePrincipal, accountId, tx);
      if (!role) return;
      await deleteInlinePolicy(tx.tables<IamTables>().db, role.role_id, policyName);
      await generations.bump(tx, accountId);
    },
  };
}
