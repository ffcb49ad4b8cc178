import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { jsonDepth } from "../../kernel/json-depth.ts";
import { defineOperations, type OperationTable, withSubject } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { type BusPlace, busArn, busPlaceHere, DEFAULT_BUS, locationOf } from "./arns.ts";
import { onBus } from "./buses/bus-authorization.ts";
import { validation } from "./errors.ts";
import { InFlightBytes } from "./in-flight-bytes.ts";
import { compilePattern, isObject } from "./pattern/compile-pattern.ts";
import { type LongMatches, takesLong } from "./pattern/long-matches.ts";
import {
  checkedSize,
  DETAIL_DEPTH_MAX,
  eventOf,
  type IncomingEvent,
  MALFORMED_DETAIL,
  refusalOf,
} from "./put-event.ts";
import { findBusRow } from "./rows/buses.ts";
import type { BusRow, EventsTables } from "./tables.ts";

interface CustomEventParts extends Pick<ServiceDependencies, "ids"> {
  /** Routes an event that isn't the server's own. Resolves to false if too much waits. */
  readonly put: (event: IncomingEvent) => Promise<boolean>;
  readonly matcher: LongMatches;
}

type Entry = eventbridge.PutEventsRequestEntry;

/** A bus that entries name, and its row, where it has one. */
interface NamedBus {
  readonly place: BusPlace;
  readonly row: BusRow | undefined;
}

/** Source: API reference, PutEventsResultEntry. */
const THROTTLED: eventbridge.PutEventsResultEntry = {
  ErrorCode: "ThrottlingException",
  ErrorMessage: "Too many events of the account wait to be delivered.",
};

/** PutEvents, TestEventPattern. */
export function customEventOperations({ ids, put, matcher }: CustomEventParts): OperationTable {
  const inFlight = new InFlightBytes();
  const putAll = async (
    entries: readonly Entry[],
    buses: ReadonlyMap<string, NamedBus>,
    context: RequestContext,
  ) => {
    const results: eventbridge.PutEventsResultEntry[] = [];
    for (const entry of entries) {
      const refusal = refusalOf(entry);
      if (refusal) {
        results.push(refusal);
        continue;
      }
      const { place, row } = named(entry, buses, context);
      const facts = { id: ids.uuid(), nowMs: context.nowMs, bus: place };
      const event = eventOf(entry, locationOf(context), facts);
      if (!event) {
        results.push(MALFORMED_DETAIL);
        continue;
      }
      // As on AWS, an event for a bus that doesn't exist is accepted and reaches no target.
      const isThere = row !== undefined || place.name === DEFAULT_BUS;
      const isTaken = !isThere || (await put(event));
      results.push(isTaken ? { EventId: event.id } : THROTTLED);
    }
    return results;
  };
  return defineOperations<typeof eventbridge>()({
    PutEvents: withSubject({
      async authorize({ Entries }: { readonly Entries: readonly Entry[] }, context) {
        const buses = await busesOf(Entries, context);
        const pairs = Entries.map((entry) => {
          const { place, row } = named(entry, buses, context);
          const { Source: source, DetailType: type } = entry;
          const keys = { "events:source": source, "events:detail-type": type };
          return onBus("PutEvents", place, row, keys);
        });
        return { pairs, subject: buses };
      },
      async handle({ Entries }, context, buses) {
        const results = await inFlight.hold(context.accountId, checkedSize(Entries), () =>
          putAll(Entries, buses, context),
        );
        const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
        return { FailedEntryCount: failed, Entries: results };
      },
    }),
    TestEventPattern: {
      authorize: () => ({ action: "events:TestEventPattern", resource: "*" }),
      async handle({ EventPattern, Event }, { accountId }) {
        const test = compilePattern(EventPattern);
        const event = parseTestEvent(Event);
        const Result = takesLong(Event.length, EventPattern.length)
          ? await matcher.matches(EventPattern, Event, accountId)
          : test(event);
        return { Result };
      },
    },
  });
}

/** The buses that entries name, each read once, by their ARNs. */
async function busesOf(
  entries: readonly Entry[],
  context: RequestContext,
): Promise<ReadonlyMap<string, NamedBus>> {
  const buses = new Map<string, NamedBus>();
  for (const { EventBusName } of entries) {
    const place = busPlaceHere(EventBusName, context);
    const arn = busArn(place);
    if (buses.has(arn)) continue;
    buses.set(arn, { place, row: await findBusRow(place, context.db<EventsTables>()) });
  }
  return buses;
}

function named(
  { EventBusName }: Entry,
  buses: ReadonlyMap<string, NamedBus>,
  context: RequestContext,
): NamedBus {
  const place = busPlaceHere(EventBusName, context);
  return { place, row: buses.get(busArn(place))?.row };
}

/** Fields of an event to be tested. The API reference lists `resources`, but AWS needs none. */
const EVENT_FIELDS = ["id", "account", "source", "time", "region", "detail-type"];
/** All that AWS says of it. */
const INVALID_EVENT = "Parameter Event is not valid.";

function parseTestEvent(text: string): unknown {
  let event: unknown;
  if (jsonDepth(text) > DETAIL_DEPTH_MAX) throw validation(INVALID_EVENT);
  try {
    event = JSON.parse(text);
  } catch {
    // The parser's own words differ between Node versions.
    throw validation(INVALID_EVENT);
  }
  if (isObject(event) && EVENT_FIELDS.every((field) => Object.hasOwn(event, field))) return event;
  throw validation(INVALID_EVENT);
}
