import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import { defineOperations } from "../../../kernel/operations.ts";
import { insightNotEnabled, invalidEventSelectors, unsupported } from "../errors.ts";
import type { CloudTrailTables, TrailRow } from "../tables.ts";
import { onTrail } from "./on-trail.ts";
import { requireTrail, requireTrailHere } from "./trail-queries.ts";

/** Source: CloudTrail user guide, "Quotas". */
const SELECTORS_MAX = 5;

/** The part of an event selector that means something here. */
interface KeptSelector {
  readonly ReadWriteType: "All" | "ReadOnly" | "WriteOnly";
  readonly IncludeManagementEvents: boolean;
}

const DEFAULT_SELECTORS: readonly KeptSelector[] = [
  { ReadWriteType: "All", IncludeManagementEvents: true },
];

/** Operations on the management events that a trail takes; data events aren't recorded here. */
export function eventSelectorOperations() {
  return defineOperations<typeof cloudtrail>()({
    GetEventSelectors: {
      authorize: ({ TrailName }, context) => onTrail("GetEventSelectors", TrailName, context),
      handle: async ({ TrailName }, context) => {
        const trail = await requireTrail(TrailName, context);
        return { TrailARN: trail.trail_arn, EventSelectors: shown(selectorsOf(trail)) };
      },
    },
    /** No trail has Insights here; the answer is AWS's for a trail without them. */
    GetInsightSelectors: {
      authorize: ({ TrailName = "" }, context) =>
        onTrail("GetInsightSelectors", TrailName, context),
      handle: async ({ TrailName = "" }, context) => {
        const trail = await requireTrail(TrailName, context);
        throw insightNotEnabled(trail.trail_arn);
      },
    },
    PutEventSelectors: {
      authorize: ({ TrailName }, context) => onTrail("PutEventSelectors", TrailName, context),
      handle: (input, context) =>
        context.transaction<CloudTrailTables, cloudtrail.PutEventSelectorsResponse>(
          async ({ db }) => {
            const trail = await requireTrailHere(input.TrailName, context, db);
            const selectors = readSelectors(input);
            await db
              .updateTable("cloudtrail_trails")
              .set({ event_selectors: JSON.stringify(selectors) })
              .where("trail_arn", "=", trail.trail_arn)
              .execute();
            return { TrailARN: trail.trail_arn, EventSelectors: shown(selectors) };
          },
        ),
    },
  });
}

/** True if a trail takes events of that kind. */
export function takes(trail: TrailRow, readOnly: boolean): boolean {
  return selectorsOf(trail).some(
    ({ ReadWriteType, IncludeManagementEvents }) =>
      IncludeManagementEvents &&
      (ReadWriteType === "All" || (ReadWriteType === "ReadOnly") === readOnly),
  );
}

function selectorsOf({ event_selectors }: TrailRow): readonly KeptSelector[] {
  return event_selectors === null
    ? DEFAULT_SELECTORS
    : (JSON.parse(event_selectors) as readonly KeptSelector[]);
}

function readSelectors(input: cloudtrail.PutEventSelectorsRequest): readonly KeptSelector[] {
  if (input.AdvancedEventSelectors !== undefined) throw unsupported("advanced event selectors");
  const selectors = input.EventSelectors ?? [];
  if (selectors.length === 0 || selectors.length > SELECTORS_MAX)
    throw invalidEventSelectors(`A trail has between 1 and ${SELECTORS_MAX} event selectors.`);
  return selectors.map((selector) => {
    if ((selector.DataResources ?? []).length > 0) throw unsupported("data events");
    if ((selector.ExcludeManagementEventSources ?? []).length > 0)
      throw unsupported("excluding event sources");
    const { ReadWriteType = "All", IncludeManagementEvents = true } = selector;
    return { ReadWriteType, IncludeManagementEvents };
  });
}

function shown(selectors: readonly KeptSelector[]): cloudtrail.EventSelector[] {
  return selectors.map((selector) => ({
    ...selector,
    DataResources: [],
    ExcludeManagementEventSources: [],
  }));
}
