import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import { isoSeconds } from "../../../kernel/clock.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { EventStore } from "../events/event-store.ts";
import type { CloudTrailTables, TrailRow } from "../tables.ts";
import type { Deliveries } from "./deliveries.ts";
import { onTrail } from "./on-trail.ts";
import { requireTrail, requireTrailHere } from "./trail-queries.ts";

/** StartLogging, StopLogging and what became of the files. */
export function loggingOperations(events: EventStore, deliveries: Deliveries) {
  // Events are written by a transaction of their own: one that waited for it would never end.
  const flushBefore = async (context: RequestContext) => {
    if (!context.inTransaction) await events.flush();
  };
  return defineOperations<typeof cloudtrail>()({
    StartLogging: {
      authorize: ({ Name }, context) => onTrail("StartLogging", Name, context),
      handle: async ({ Name }, context) => {
        // Events recorded before aren't the trail's.
        await flushBefore(context);
        await setLogging(Name, context, { is_logging: 1, started_ms: context.nowMs });
        return {};
      },
    },
    StopLogging: {
      authorize: ({ Name }, context) => onTrail("StopLogging", Name, context),
      handle: async ({ Name }, context) => {
        await flushBefore(context);
        await setLogging(Name, context, { is_logging: 0, stopped_ms: context.nowMs });
        context.afterCommit(() => deliveries.wake());
        return {};
      },
    },
    GetTrailStatus: {
      authorize: ({ Name }, context) => onTrail("GetTrailStatus", Name, context),
      handle: async ({ Name }, context) => statusOf(await requireTrail(Name, context)),
    },
  });
}

function setLogging(
  name: string,
  context: RequestContext,
  change: Partial<TrailRow>,
): Promise<void> {
  return context.transaction<CloudTrailTables, void>(async ({ db }) => {
    const { trail_arn } = await requireTrailHere(name, context, db);
    await db
      .updateTable("cloudtrail_trails")
      .set(change)
      .where("trail_arn", "=", trail_arn)
      .execute();
  });
}

function statusOf(trail: TrailRow): cloudtrail.GetTrailStatusResponse {
  const { started_ms, stopped_ms, delivered_ms, delivery_attempt_ms, delivery_error } = trail;
  const text = (ms: number | null) => (ms === null ? "" : isoSeconds(ms));
  return {
    IsLogging: trail.is_logging === 1,
    ...(delivery_error === null ? {} : { LatestDeliveryError: delivery_error }),
    ...(delivered_ms === null ? {} : { LatestDeliveryTime: new Date(delivered_ms) }),
    ...(started_ms === null ? {} : { StartLoggingTime: new Date(started_ms) }),
    ...(stopped_ms === null ? {} : { StopLoggingTime: new Date(stopped_ms) }),
    LatestDeliveryAttemptTime: text(delivery_attempt_ms),
    LatestDeliveryAttemptSucceeded: text(delivered_ms),
    LatestNotificationAttemptTime: "",
    LatestNotificationAttemptSucceeded: "",
    TimeLoggingStarted: text(started_ms),
    TimeLoggingStopped: text(stopped_ms),
  };
}
