import { parseArn } from "../../../kernel/arn.ts";
import type {
  IdentityDirectory,
  IdentityPolicies,
  PolicyDocument,
  RoleRecord,
} from "../../../kernel/ports/identity.ts";
import type { Principal } from "../../../kernel/principal.ts";
import type { Reader } from "../../../kernel/store.ts";
import type { LinkedRoleTemplates } from "../catalogue/linked-role-templates.ts";
import { isServicePrincipal } from "../catalogue/service-principals.ts";
import { GenerationCache } from "../changes/generation-cache.ts";
import type { IamParts } from "../parts.ts";
import { groupsOfUser } from "../rows/group-members.ts";
import { type Group, groupArn } from "../rows/groups.ts";
import { inlinePoliciesOf } from "../rows/inline-policies.ts";
import { attachmentsOf } from "../rows/policy-attachments.ts";
import { defaultDocuments } from "../rows/policy-versions.ts";
import { findRole, findRoleById, type Role, roleArn } from "../rows/roles.ts";
import { tagsOf } from "../rows/tags.ts";
import { findUser, findUserById, type User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { principalArnOf, principalIdOf } from "./principal-ids.ts";

/** Roles kept ready to be assumed; a record is a few kilobytes. */
const CACHED_ROLES_MAX = 2_000;

const NO_POLICIES: IdentityPolicies = { identity: [], boundary: undefined };

/**
 * Answers the questions of decisions from IAM's data. Policies aren't kept here: the authorizer
 * keeps an answer for as long as the account's generation stays the same.
 */
export function createIdentityDirectory(
  parts: Pick<
    IamParts,
    "generations" | "templates" | "awsPolicies" | "lastUsed" | "store" | "log" | "templates"
  >,
): IdentityDirectory {
  const roles = new GenerationCache<RoleRecord>(parts.generations, CACHED_ROLES_MAX);
  const document = async (db: Db, accountId: string, arn: string) =>
    (await managedDocuments(parts, db, accountId, [arn])).at(0);

  const gather = async (
    db: Db,
    accountId: string,
    ownerId: string,
    groups: readonly Group[],
    boundaryArn: string | null,
  ): Promise<IdentityPolicies> => {
    const groupArns = new Map(groups.map((group) => [group.group_id, groupArn(group)]));
    const owners = [ownerId, ...groupArns.keys()];
    const inline = (await inlinePoliciesOf(db, owners)).map(
      ({ policy_name: id, document: text, owner_id }): PolicyDocument => {
        return { id, managed: false, text, groupArn: groupArns.get(owner_id) };
      },
    );
    const attached = new Map<string, string | undefined>();
    for (const { policy_arn: arn, owner_id } of await attachmentsOf(db, owners))
      if (owner_id === ownerId || !attached.has(arn)) attached.set(arn, groupArns.get(owner_id));
    const managed = (await managedDocuments(parts, db, accountId, [...attached.keys()])).map(
      (policy): PolicyDocument => ({ ...policy, groupArn: attached.get(policy.id) }),
    );
    if (boundaryArn === null) return { identity: [...inline, ...managed], boundary: undefined };
    const boundary = (await document(db, accountId, boundaryArn)) ?? nothingAllowed(boundaryArn);
    return { identity: [...inline, ...managed], boundary };
  };

  const readRole = async (accountId: string, roleName: string, reader: Reader) => {
    const db = reader.db<IamTables>();
    const role = await findRole(db, accountId, roleName);
    // An ARN's name has its case; only the API finds a role by its name in any.
    return role?.role_name === roleName ? roleRecord(db, role, parts.templates) : undefined;
  };

  const readAndKeepRole = async (accountId: string, roleName: string, reader: Reader) => {
    const readAt = parts.generations.current();
    const record = await readRole(accountId, roleName, reader);
    if (record) roles.put(`${accountId}/${roleName}`, accountId, readAt, record);
    return record;
  };

  const keptRole = (accountId: string, roleName: string, reader: Reader) =>
    roles.find(`${accountId}/${roleName}`) ?? readAndKeepRole(accountId, roleName, reader);

  return {
    refresh: (accountId) => parts.generations.refresh(accountId),
    generation: (accountId) => parts.generations.of(accountId),
    policiesOf: async (principal, context) => {
      const db = context.db<IamTables>();
      const user = await userBehind(db, principal);
      if (user) {
        const groups = await groupsOfUser(db, user.user_id);
        return gather(db, user.account_id, user.user_id, groups, user.boundary_arn);
      }
      const role = await roleBehind(db, principal);
      return role ? gather(db, role.account_id, role.role_id, [], role.boundary_arn) : NO_POLICIES;
    },
    findRole: (accountId, roleName, context) => {
      // What a transaction reads may yet be rolled back, and what is kept may be older.
      if (context.inTransaction) return readRole(accountId, roleName, context);
      // The role's account isn't the caller's always, whose changes the request has asked for.
      const refreshing = parts.generations.refresh(accountId);
      return refreshing
        ? refreshing.then(() => keptRole(accountId, roleName, context))
        : keptRole(accountId, roleName, context);
    },
    findPrincipalId: (arn, context) => principalIdOf(context.db<IamTables>(), arn),
    findPrincipalArn: (id, context) => principalArnOf(context.db<IamTables>(), id),
    principalTags: (id, context) => tagRecord(context.db<IamTables>(), id),
    findManagedPolicy: (arn, context) =>
      document(context.db<IamTables>(), parseArn(arn)?.accountId ?? "", arn),
    isServicePrincipal: (name) => isServicePrincipal(parts.templates, name),
    noteAccess: (principal, action, region, atMs) => {
      const entityId = entityIdOf(principal);
      if (entityId !== undefined) parts.lastUsed.noteAccess({ entityId, action, region, atMs });
    },
    noteRoleUsed: (arn, region, atMs) => {
      noteRole(parts, arn, region, atMs).catch((error: unknown) => {
        parts.log.warn({ err: error }, "The use of a role couldn't be noted.");
      });
    },
  };
}

/** Last accessed information is about users and roles. */
function entityIdOf(principal: Principal): string | undefined {
  if (principal.kind === "user") return principal.id;
  return principal.kind === "role-session" ? principal.roleId : undefined;
}

/** Finds a user by its id: one made anew under a deleted one's name has none of its rights. */
async function userBehind(db: Db, principal: Principal): Promise<User | undefined> {
  if (principal.kind === "user") return findUserById(db, principal.id);
  if (principal.kind !== "federated-user" || principal.userArn === undefined) return undefined;
  const name = principal.userArn.slice(principal.userArn.lastIndexOf("/") + 1);
  return findUser(db, principal.accountId, name);
}

async function roleBehind(db: Db, principal: Principal): Promise<Role | undefined> {
  if (principal.kind !== "role-session") return undefined;
  return findRoleById(db, principal.roleId);
}

/** The default versions' documents of managed policies, a customer's and AWS's. */
async function managedDocuments(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  accountId: string,
  arns: readonly string[],
): Promise<PolicyDocument[]> {
  const own = await defaultDocuments(db, accountId, arns);
  const documents: PolicyDocument[] = [];
  for (const id of arns) {
    const text = own.get(id) ?? parts.awsPolicies.document(id);
    if (text !== undefined) documents.push({ id, managed: true, text });
  }
  return documents;
}

/** A boundary whose policy can't be found must not become no boundary at all. */
function nothingAllowed(id: string): PolicyDocument {
  const statement = { Effect: "Deny", Action: "*", Resource: "*" };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return { id, managed: true, text };
}

async function roleRecord(db: Db, role: Role, templates: LinkedRoleTemplates): Promise<RoleRecord> {
  const service = role.linked_service;
  return {
    accountId: role.account_id,
    arn: roleArn(role),
    roleId: role.role_id,
    roleName: role.role_name,
    trustPolicy: role.trust_policy,
    maxSessionDurationSeconds: role.max_session_duration_s,
    linkedService: service ?? undefined,
    isBeingDeleted:
      role.deletion_task_id !== null &&
      service !== null &&
      templates.outside(service) !== undefined,
    tags: await tagRecord(db, role.role_id),
  };
}

async function tagRecord(db: Db, ownerId: string): Promise<Readonly<Record<string, string>>> {
  const tags = await tagsOf(db, ownerId);
  return Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
}

async function noteRole(
  parts: Pick<IamParts, "lastUsed" | "store">,
  arnText: string,
  region: string,
  atMs: number,
): Promise<void> {
  const arn = parseArn(arnText);
  if (!arn) return;
  const name = arn.resource.slice(arn.resource.lastIndexOf("/") + 1);
  const role = await findRole(parts.store.tables<IamTables>().db, arn.accountId, name);
  if (role) parts.lastUsed.noteRole(role.role_id, { region, atMs });
}
