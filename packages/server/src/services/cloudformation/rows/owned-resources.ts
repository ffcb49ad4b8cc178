import type { Kysely } from "kysely";
import type { CloudFormationTables, ResourceRow } from "../tables.ts";
import { opened } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** A resource that is a stack's, with the stack's place. */
export interface OwnedRow extends Pick<ResourceRow, "stack_id" | "logical_id" | "model"> {
  readonly account_id: string;
  readonly region: string;
}

/** Which of all accounts' resources: those of a type, or of one physical id among them. */
export interface Owned {
  readonly type: string;
  readonly physicalId?: string;
}

/** The living stacks' resources, and those that are yet to go. Their models are as stored. */
export async function ownedResources(
  { type, physicalId }: Owned,
  db: Db,
): Promise<readonly OwnedRow[]> {
  const held = db
    .selectFrom("cloudformation_resources as owned")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "owned.stack_id")
    .select(["owned.stack_id", "owned.logical_id", "owned.model"])
    .select(["stack.account_id", "stack.region"])
    .where("owned.type", "=", type)
    .where("owned.model", "is not", null)
    .where("owned.status", "not in", ["DELETE_COMPLETE", "DELETE_SKIPPED"])
    .where("stack.status", "!=", "DELETE_COMPLETE")
    .$if(physicalId !== undefined, (of) => of.where("owned.physical_id", "=", physicalId ?? ""));
  const leaving = db
    .selectFrom("cloudformation_leftovers as owned")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "owned.stack_id")
    .select(["owned.stack_id", "owned.logical_id", "owned.model"])
    .select(["stack.account_id", "stack.region"])
    .where("owned.type", "=", type)
    .where("owned.retain", "=", 0)
    .$if(physicalId !== undefined, (of) => of.where("owned.physical_id", "=", physicalId ?? ""));
  return [...(await held.execute()), ...(await leaving.execute())];
}

export function openedModel(row: OwnedRow, db: Db): string {
  return opened(row, ["model"], db).model ?? "{}";
}
