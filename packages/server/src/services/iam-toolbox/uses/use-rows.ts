import type { Kysely } from "kysely";
import type { PermissionUse } from "../../../kernel/ports/permission-uses.ts";
import type { IamToolboxTables } from "../tables.ts";
import type { ResourceUse } from "./used-resources.ts";
import type { UsedAction, UsesOfPrincipal, UsingPrincipal } from "./uses-of-principal.ts";

type Db = Kysely<IamToolboxTables>;

/** Rows in one statement: below SQLite's and PostgreSQL's limits for parameters. */
const ROWS_AT_ONCE = 80;
/** The most uses that are read of one account, the latest first. */
const LISTED_MAX = 50_000;
/** With the rest of the key some 2,400 bytes. An object's ARN has 1,100 at most. */
const RESOURCE_BYTES_MAX = 2_000;
const KEY = ["entity_id", "action", "operation", "condition", "resource"] as const;

/** Adds what earlier processes have written about the principal. */
export async function loadUses(db: Db, uses: UsesOfPrincipal): Promise<void> {
  const rows = await db
    .selectFrom("iam_permission_uses")
    .selectAll()
    .where("entity_id", "=", uses.principal.entityId)
    .execute();
  for (const { action, operation, condition, resource, is_pattern, ...times } of rows) {
    const [service = "", name = ""] = operation.split(":");
    const { resources } = uses.action(action, { service, operation: name }, condition);
    resources.load(resource, Number(is_pattern) === 1, {
      firstMs: Number(times.first_ms),
      lastMs: Number(times.last_ms),
      deniedMs: Number(times.denied_ms),
    });
  }
}

/**
 * PostgreSQL keeps no U+0000, and no key that is longer than a third of a page. Callers may send
 * such names; a resource that has one isn't there.
 */
function canBeKept(resource: string): boolean {
  return !resource.includes("\0") && Buffer.byteLength(resource) <= RESOURCE_BYTES_MAX;
}

/** Writes some of an action's uses, and removes the rows that have become patterns. */
export async function writeUses(
  db: Db,
  { entityId, accountId, arn }: UsingPrincipal,
  { action, service, operation: name, condition, resources }: UsedAction,
  changed: readonly ResourceUse[],
): Promise<void> {
  const operation = `${service}:${name}`;
  if (resources.isFolded)
    await db
      .deleteFrom("iam_permission_uses")
      .where("entity_id", "=", entityId)
      .where("action", "=", action)
      .where("operation", "=", operation)
      .where("condition", "=", condition)
      .where(
        "resource",
        "not in",
        [...resources.values()].map(({ resource }) => resource),
      )
      .execute();
  const key = { entity_id: entityId, action, operation, condition } as const;
  const kept = changed.filter(({ resource }) => canBeKept(resource));
  const rows = kept.map(({ resource, isPattern, firstMs, lastMs, deniedMs }) => {
    const times = { first_ms: firstMs, last_ms: lastMs, denied_ms: deniedMs };
    const owner = { account_id: accountId, arn };
    return { ...key, ...owner, resource, is_pattern: isPattern ? 1 : 0, ...times } as const;
  });
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await db
      .insertInto("iam_permission_uses")
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict.columns(KEY).doUpdateSet(({ ref }) => ({
          is_pattern: ref("excluded.is_pattern"),
          arn: ref("excluded.arn"),
          last_ms: ref("excluded.last_ms"),
          denied_ms: ref("excluded.denied_ms"),
        })),
      )
      .execute();
}

/** The account's uses since a time, the latest first. */
export async function usesOf(
  db: Db,
  accountId: string,
  {
    principalArn,
    sinceMs,
  }: { readonly principalArn?: string | undefined; readonly sinceMs: number },
): Promise<readonly PermissionUse[]> {
  let query = db
    .selectFrom("iam_permission_uses")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("last_ms", ">=", sinceMs);
  if (principalArn !== undefined) query = query.where("arn", "=", principalArn);
  const rows = await query.orderBy("last_ms", "desc").limit(LISTED_MAX).execute();
  return rows.map(({ arn, action, operation, resource, is_pattern, condition, ...times }) => ({
    principalArn: arn,
    action,
    operation,
    resource,
    isPattern: Number(is_pattern) === 1,
    condition: JSON.parse(condition) as PermissionUse["condition"],
    firstMs: Number(times.first_ms),
    lastMs: Number(times.last_ms),
    deniedMs: Number(times.denied_ms),
  }));
}

/** Removes an account's uses that are older, and its oldest beyond a number. */
export async function pruneUses(
  db: Db,
  accountId: string,
  { beforeMs, usesMax }: { readonly beforeMs: number; readonly usesMax: number },
): Promise<void> {
  const firstTooMany = await db
    .selectFrom("iam_permission_uses")
    .select("last_ms")
    .where("account_id", "=", accountId)
    .orderBy("last_ms", "desc")
    .offset(usesMax)
    .limit(1)
    .executeTakeFirst();
  await db
    .deleteFrom("iam_permission_uses")
    .where("account_id", "=", accountId)
    .where("last_ms", "<=", Math.max(beforeMs, Number(firstTooMany?.last_ms ?? 0)))
    .execute();
}
