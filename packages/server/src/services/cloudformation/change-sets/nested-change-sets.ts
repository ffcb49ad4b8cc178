import type { Change } from "@aws-sdk/client-cloudformation";
import { type MapValue, TemplateError, UNKNOWN } from "@rolecast/template";
import { NESTED_NAMING, newNestedStack, refuseDepth } from "../engine/new-stack.ts";
import { findStackById } from "../rows/stacks.ts";
import type { StackRow } from "../tables.ts";
import { withDynamicReferences } from "../values/dynamic-values.ts";
import { withGeneratedName } from "../values/generated-names.ts";
import { nestedVersionInput } from "../values/nested-version-input.ts";
import type { RequestedVersion } from "../values/requested-version.ts";
import { withStackTags } from "../values/stack-tags.ts";
import type { StoredChanges } from "./compute-changes.ts";
import {
  NO_CHANGES,
  type PlanChangeSet,
  type PlannedChangeSet,
  type Planning,
} from "./planned-change-set.ts";

const STACK = "AWS::CloudFormation::Stack";

/** Change sets that one request plans: each reads a template. AWS documents no limit. */
export const NESTED_MAX = 500;

type NestedPlans = ReadonlyMap<string, PlannedChangeSet | "unchanged">;

interface Around {
  readonly stack: StackRow;
  /** As many stacks are around it. */
  readonly depth: number;
  readonly version: RequestedVersion["row"];
  /** The stack's changes, with values. */
  readonly changes: readonly Change[];
  /** The stack's own change set. */
  readonly around: { readonly id: string; readonly rootId: string };
}

/** Plans the change sets of the stacks that a stack's changes make or change, by logical id. */
export async function planNested(
  outer: Around,
  planning: Planning,
  plan: PlanChangeSet,
): Promise<NestedPlans> {
  const plans = new Map<string, PlannedChangeSet | "unchanged">();
  for (const { ResourceChange } of outer.changes) {
    const {
      ResourceType,
      Action,
      LogicalResourceId = "",
      PhysicalResourceId,
    } = ResourceChange ?? {};
    if (ResourceType !== STACK || (Action !== "Add" && Action !== "Modify")) continue;
    const { Properties } = JSON.parse(ResourceChange?.AfterContext ?? "{}") as {
      readonly Properties: MapValue;
    };
    const place = { logicalId: LogicalResourceId, physicalId: PhysicalResourceId };
    plans.set(LogicalResourceId, await planOne(outer, place, Properties, planning, plan));
  }
  return plans;
}

async function planOne(
  { stack, depth, version, around }: Around,
  {
    logicalId,
    physicalId,
  }: { readonly logicalId: string; readonly physicalId?: string | undefined },
  declared: MapValue,
  planning: Planning,
  plan: PlanChangeSet,
): Promise<PlannedChangeSet | "unchanged"> {
  const { deps, db, caller, nowMs, input, room } = planning;
  refuseDepth(depth + 1);
  if (--room.left < 0)
    throw new TemplateError(`Rolecast plans at most ${NESTED_MAX} nested change sets at once.`);
  const resolving = { deps, stack, currentCaller: async () => caller };
  const own = await withDynamicReferences(STACK, declared, resolving);
  const { schema } = await deps.types.require(STACK);
  const tags = JSON.parse(version.tags) as Readonly<Record<string, string>>;
  const properties = withStackTags(own, schema, tags);
  const place = { stackName: stack.name, logicalId };
  const named = withGeneratedName({ naming: NESTED_NAMING }, properties, place, deps.ids);
  const child = physicalId === undefined ? undefined : await findStackById(physicalId, db);
  const capabilities = input.Capabilities ?? [];
  const asked = nestedVersionInput(properties, capabilities);
  const unknownParameters = new Set(
    asked.Parameters?.filter(({ ParameterValue }) => ParameterValue?.includes(UNKNOWN)).map(
      ({ ParameterKey = "" }) => ParameterKey,
    ),
  );
  const planned = await plan(
    {
      stack: child ?? {
        ...newNestedStack(stack, named, nowMs, deps.ids),
        status: "REVIEW_IN_PROGRESS",
      },
      isNew: child === undefined,
      depth: depth + 1,
      type: child ? "UPDATE" : "CREATE",
      name: `${input.ChangeSetName}-${logicalId}-${deps.ids.alphanumeric(12).toUpperCase()}`,
      notificationArns: asked.NotificationARNs ?? [],
      parent: { ...around, logicalId },
    },
    { ...asked, unknownParameters },
    planning,
  );
  const isToGoOn = child !== undefined && /FAILED$/.test(child.status);
  return planned.row.status_reason === NO_CHANGES && !isToGoOn ? "unchanged" : planned;
}

/** A stack's changes with the change sets of nested stacks, and without stacks that stay. */
export function withNestedChangeSets(changes: StoredChanges, nested: NestedPlans): StoredChanges {
  if (nested.size === 0) return changes;
  const inForm = (list: readonly Change[]) =>
    list.flatMap((change) => {
      const { ResourceChange } = change;
      const plan = nested.get(ResourceChange?.LogicalResourceId ?? "");
      if (plan === undefined) return [change];
      if (plan === "unchanged") return isAutomatic(change) ? [] : [change];
      const { change_set_id: ChangeSetId, stack_id: PhysicalResourceId } = plan.row;
      return [
        { ...change, ResourceChange: { ...ResourceChange, PhysicalResourceId, ChangeSetId } },
      ];
    });
  return { ...changes, short: inForm(changes.short), whole: inForm(changes.whole) };
}

/** Nothing says that the stack changes but that nested stacks may always change. */
export function isAutomatic({ ResourceChange: change }: Change): boolean {
  const isOnlyAutomatic = change?.Details?.every(
    ({ ChangeSource }) => ChangeSource === "Automatic",
  );
  return change?.Action === "Modify" && isOnlyAutomatic === true;
}
