import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { AccountDirectory } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import {
  busArn,
  DEFAULT_BUS,
  isDefaultBus,
  locationOf,
  requireBus,
  resourceOfBus,
} from "./arns.ts";
import { validation } from "./errors.ts";
import { InFlightBytes } from "./in-flight-bytes.ts";
import { jsonDepth } from "./json-depth.ts";
import { compilePattern, isObject } from "./pattern/compile-pattern.ts";
import {
  checkedSize,
  DETAIL_DEPTH_MAX,
  eventOf,
  type IncomingEvent,
  MALFORMED_DETAIL,
  refusalOf,
} from "./put-event.ts";

interface EventBusParts extends Pick<ServiceDependencies, "ids"> {
  readonly accounts: AccountDirectory;
  /** Routes an event that isn't the server's own. Resolves to false if too much waits. */
  readonly put: (event: IncomingEvent) => Promise<boolean>;
}

/** Source: API reference, PutEventsResultEntry. */
const THROTTLED: eventbridge.PutEventsResultEntry = {
  ErrorCode: "ThrottlingException",
  ErrorMessage: "Too many events of the account wait to be delivered.",
};

/** The default bus: DescribeEventBus, ListEventBuses, PutEvents, TestEventPattern. */
export function eventBusOperations({ accounts, ids, put }: EventBusParts): OperationTable {
  const inFlight = new InFlightBytes();
  const putAll = async (
    entries: readonly eventbridge.PutEventsRequestEntry[],
    context: RequestContext,
  ) => {
    const results: eventbridge.PutEventsResultEntry[] = [];
    for (const entry of entries) {
      const refusal = refusalOf(entry);
      if (refusal) {
        results.push(refusal);
        continue;
      }
      const facts = { id: ids.uuid(), nowMs: context.nowMs };
      const event = eventOf(entry, locationOf(context), facts);
      if (!event) {
        results.push(MALFORMED_DETAIL);
        continue;
      }
      // As on AWS, an event for a bus that doesn't exist is accepted and reaches no target.
      const isTaken = !isDefaultBus(entry.EventBusName, context) || (await put(event));
      results.push(isTaken ? { EventId: event.id } : THROTTLED);
    }
    return results;
  };
  /** As old as its account. Its tags are no change of the bus. */
  const defaultBus = async (context: RequestContext) => {
    const location = locationOf(context);
    const createdMs = await accounts.findCreation(location.account_id, context);
    const times =
      createdMs === undefined
        ? {}
        : { CreationTime: new Date(createdMs), LastModifiedTime: new Date(createdMs) };
    return { Name: DEFAULT_BUS, Arn: busArn(location), ...times };
  };
  return defineOperations<typeof eventbridge>()({
    DescribeEventBus: {
      authorize: (_input, context) => onBus("DescribeEventBus", context),
      async handle(input, context) {
        requireBus(input.Name, context);
        return defaultBus(context);
      },
    },
    ListEventBuses: {
      authorize: () => ({ action: "events:ListEventBuses", resource: "*" }),
      async handle({ NamePrefix: prefix = "" }, context) {
        return { EventBuses: DEFAULT_BUS.startsWith(prefix) ? [await defaultBus(context)] : [] };
      },
    },
    PutEvents: {
      authorize: (input, context) =>
        input.Entries.map((entry) => ({
          action: "events:PutEvents",
          ...resourceOfBus(entry.EventBusName, context),
          context: { "events:source": entry.Source, "events:detail-type": entry.DetailType },
        })),
      async handle({ Entries }, context) {
        const results = await inFlight.hold(context.accountId, checkedSize(Entries), () =>
          putAll(Entries, context),
        );
        const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
        return { FailedEntryCount: failed, Entries: results };
      },
    },
    TestEventPattern: {
      authorize: () => ({ action: "events:TestEventPattern", resource: "*" }),
      handle(input) {
        const test = compilePattern(input.EventPattern);
        return { Result: test(parseTestEvent(input.Event)) };
      },
    },
  });
}

function onBus(action: string, context: RequestContext) {
  return { action: `events:${action}`, resource: busArn(locationOf(context)) };
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
