import type { RoleUsage } from "../../../../kernel/ports/identity.ts";
import type { Migration, Transaction } from "../../../../kernel/store.ts";
import { serviceLinkedRolePath } from "../../catalogue/linked-role-templates.ts";
import type { ServiceLinkedRoleTables } from "../tables.ts";
import { ACCOUNT_ID, type IamWorld } from "./iam-world.ts";

/*
 * A made-up linked service that uses its role as Amazon IVS does: it makes the role when it is
 * missing and inserts what uses it in one transaction.
 */

export const SERVICE = "ivs.amazonaws.com";
export const ROLE_NAME = "AWSServiceRoleForIVSRecordToS3";
const POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";
const INLINE_POLICY = "recording-buckets";
export const REGIONS = ["us-east-1", "eu-west-1", "ap-northeast-1"] as const;

interface Usage {
  readonly account_id: string;
  readonly region: string;
  readonly arn: string;
}
interface UsageTables extends ServiceLinkedRoleTables {
  test_usages: Usage;
}
export const usagesMigration: Migration = {
  name: "test/0001-usages",
  up: async ({ schema }) =>
    schema
      .createTable("test_usages")
      .addColumn("account_id", "text", (c) => c.notNull())
      .addColumn("region", "text", (c) => c.notNull())
      .addColumn("arn", "text", (c) => c.primaryKey())
      .execute(),
};

/** Makes the role when it is missing, gives it its policies, and uses it. */
export async function createUsage(
  world: IamWorld,
  region: string,
  arn: string,
  pause: (label: string) => Promise<void> = async () => {},
): Promise<void> {
  await world.store.tables<UsageTables>().transaction(async (tx) => {
    const transaction = tx.tables();
    const invoke = (operation: string, input: object) =>
      world.call(operation, input, { transaction, invokedBy: SERVICE });
    const role = await world.roles.linkedRoles.find(SERVICE, ACCOUNT_ID, transaction);
    await pause("role looked for");
    if (!role) await invoke("CreateServiceLinkedRole", { AWSServiceName: SERVICE });
    await invoke("AttachRolePolicy", { RoleName: ROLE_NAME, PolicyArn: POLICY_ARN });
    await pause("policy attached");
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/ivs/*" }],
    });
    await invoke("PutRolePolicy", {
      RoleName: ROLE_NAME,
      PolicyName: INLINE_POLICY,
      PolicyDocument,
    });
    await tx.db.insertInto("test_usages").values({ account_id: ACCOUNT_ID, region, arn }).execute();
    await pause("usage inserted");
  });
}

/** Ends one usage, if there is one, and with the last one what the role was given for it. */
export function removeUsage(
  world: IamWorld,
  chosen: (arn: string | undefined) => Promise<void> = async () => {},
): Promise<string | undefined> {
  return world.store.tables<UsageTables>().transaction(async (tx) => {
    const [first, ...others] = await usagesOf(tx.tables(), ACCOUNT_ID);
    await chosen(first?.arn);
    if (!first) return undefined;
    await tx.db.deleteFrom("test_usages").where("arn", "=", first.arn).execute();
    if (others.length === 0)
      await world.roles.linkedRoles.removeInlinePolicy(
        SERVICE,
        ACCOUNT_ID,
        INLINE_POLICY,
        tx.tables(),
      );
    return first.arn;
  });
}

export async function findUsage(accountId: string, tx: Transaction): Promise<RoleUsage[]> {
  const rows = await usagesOf(tx, accountId);
  return REGIONS.map((region) => ({
    region,
    resources: rows.filter((row) => row.region === region).map((row) => row.arn),
  }));
}

export async function usagesOf(
  reader: Pick<Transaction, "db">,
  accountId: string,
): Promise<readonly Usage[]> {
  const { db } = reader as Pick<Transaction<UsageTables>, "db">;
  const rows = db.selectFrom("test_usages").selectAll().where("account_id", "=", accountId);
  return rows.orderBy("arn").execute();
}

/** The rule itself: where there is a usage there are the role and both of its policies. */
export async function brokenRules(tx: Transaction): Promise<string[]> {
  if ((await usagesOf(tx, ACCOUNT_ID)).length === 0) return [];
  const { db } = tx.tables<UsageTables>();
  const role = await db
    .selectFrom("iam_roles")
    .selectAll()
    .where("role_name", "=", ROLE_NAME)
    .where("path", "=", serviceLinkedRolePath(SERVICE))
    .executeTakeFirst();
  if (!role) return ["a usage without its role"];
  const attached = db.selectFrom("iam_policy_attachments").where("owner_id", "=", role.role_id);
  const inline = db.selectFrom("iam_inline_policies").where("owner_id", "=", role.role_id);
  const broken: string[] = [];
  if (!(await attached.select("policy_arn").executeTakeFirst())) broken.push("no managed policy");
  if (!(await inline.select("policy_name").executeTakeFirst())) broken.push("no inline policy");
  return broken;
}
