import { optionsOf } from "../engine/operation-options.ts";
import { childChangeSetsOf } from "../rows/change-sets.ts";
import type { ChangeSetRow } from "../tables.ts";
import type { StackStepCalls } from "../types/own-type.ts";

/** The change set that the stack's operation executes, on its way forward. */
export function executedChangeSet({ place }: StackStepCalls): string | undefined {
  const { phase } = place.operation;
  return phase === "forward" ? optionsOf(place.operation).changeSetId : undefined;
}

/** The change set that was planned for the nested stack together with its parent's. */
export async function nestedChangeSet(call: StackStepCalls): Promise<ChangeSetRow | undefined> {
  const parentId = executedChangeSet(call);
  if (parentId === undefined) return undefined;
  const { logicalId } = call.place;
  const all = await childChangeSetsOf(parentId, call.tx.db);
  return all.find(
    ({ options }) => (JSON.parse(options) as { logicalId?: string }).logicalId === logicalId,
  );
}
