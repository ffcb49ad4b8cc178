import type { Kysely } from "kysely";
import type { CloudFormationTables, ResourceRow } from "../tables.ts";
import { opened } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** A resource that is a stack's, with the stack's place. */
export interface OwnedRow extends Pick<ResourceRow, "stack_id" | "logical_id" | "model"> {
  readonly account_id: string;
  readonly region: string;
}

/** The living stacks' resources of a type, and those that are yet to go, in all accounts. */
export async function ownedResources(type: string, db: Db): Promise<readonly OwnedRow[]> {
  const held = await db
    .selectFrom("cloudformation_resources as owned")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "owned.stack_id")
    .select(["owned.stack_id", "owned.logical_id", "owned.model"])
    .select(["stack.account_id", "stack.region"])
    .where("owned.type", "=", type)
    .where("owned.status", "not in", ["DELETE_COMPLETE", "DELETE_SKIPPED"])
    .where("stack.status", "!=", "DELETE_COMPLETE")
    .execute();
  const leaving = await db
    .selectFrom("cloudformation_leftovers as owned")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "owned.stack_id")
    .select(["owned.stack_id", "owned.logical_id", "owned.model"])
    .select(["stack.account_id", "stack.region"])
    .where("owned.type", "=", type)
    .where("owned.retain", "=", 0)
    .execute();
  return [...held, ...leaving].map((row) => opened(row, ["model"], db));
}
