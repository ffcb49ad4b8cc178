import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import {
  invalidEventCategory,
  invalidLookupAttributes,
  invalidMaxResults,
  invalidNextToken,
  invalidTimeRange,
} from "../errors.ts";
import { EventHistory, type HistoryPosition } from "./event-history.ts";
import type { EventStore } from "./event-store.ts";
import { EVENT_HISTORY_MS } from "./retention.ts";
import { shownEvent } from "./shown-event.ts";

/** Source: API reference, LookupEvents; also what is given when nothing is asked for. */
const RESULTS_MAX = 50;
/** The last time that a Date can be. */
const LATEST_MS = 8_640_000_000_000_000;

type Input = cloudtrail.LookupEventsCommandInput;

/** The event history: management events of the last 90 days, newest first. */
export function lookupOperations(events: EventStore) {
  return defineOperations<typeof cloudtrail>()({
    LookupEvents: {
      authorize: (): Authorization => ({ action: "cloudtrail:LookupEvents", resource: "*" }),
      handle: (input, context) => lookup(input, context, events),
    },
  });
}

async function lookup(input: Input, context: RequestContext, events: EventStore) {
  const accountId = requireAccount(context);
  const { MaxResults: limit = RESULTS_MAX, EventCategory, NextToken } = input;
  if (limit < 1 || limit > RESULTS_MAX) throw invalidMaxResults();
  if (EventCategory !== undefined && EventCategory !== "insight")
    throw invalidEventCategory(EventCategory);
  const mark = searchMark(input);
  const position = positionIn(NextToken, mark);
  const earliestMs = context.nowMs - EVENT_HISTORY_MS;
  const startMs = Math.max(input.StartTime?.getTime() ?? 0, earliestMs);
  const endMs = input.EndTime?.getTime() ?? LATEST_MS;
  // A search without an end ends now.
  if (startMs > (input.EndTime?.getTime() ?? context.nowMs)) throw invalidTimeRange();
  const attribute = attributeOf(input);
  // No insights are made of events here.
  if (EventCategory === "insight") return { Events: [] };
  // Everything that happened before this call must be found.
  await events.flush();
  const { found, next } = await new EventHistory(context.db()).page({
    accountId,
    region: context.region,
    startMs,
    endMs,
    attribute,
    limit,
    position,
  });
  return {
    Events: found.map(shownEvent),
    ...(next ? { NextToken: pageToken(mark, [next.atMs, next.eventId]) } : {}),
  };
}

/** At most one may be given. Source: API reference, LookupEvents. */
function attributeOf({ LookupAttributes = [] }: Input) {
  const [first, ...further] = LookupAttributes;
  if (further.length > 0) throw invalidLookupAttributes("Only one lookup attribute may be given.");
  if (!first) return undefined;
  const { AttributeKey: key, AttributeValue: value = "" } = first;
  if (key === "ReadOnly" && value !== "true" && value !== "false")
    throw invalidLookupAttributes("ReadOnly is true or false.");
  return { key: key ?? "", value };
}

/** A token continues only the search that gave it. */
function searchMark({ LookupAttributes, StartTime, EndTime, EventCategory }: Input): string {
  return markOf([LookupAttributes, StartTime, EndTime, EventCategory]);
}

function positionIn(token: string | undefined, mark: string): HistoryPosition | undefined {
  if (token === undefined || token === "") return undefined;
  const place = readPageToken(token, mark, ["number", "string"]);
  if (!place) throw invalidNextToken();
  const [atMs, eventId] = place;
  return { atMs, eventId };
}
