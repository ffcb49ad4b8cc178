import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { isoSeconds } from "../../kernel/clock.ts";
import type { AwsEvent } from "../../kernel/events.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import {
  busArn,
  DEFAULT_BUS,
  isDefaultBus,
  locationOf,
  requireBus,
  resourceOfBus,
} from "./arns.ts";
import { validation } from "./errors.ts";
import { compilePattern, isObject } from "./pattern/compile-pattern.ts";

/** Takes an event that isn't the server's own: routed when it resolves. */
export type Accept = (event: AwsEvent) => Promise<void>;

/** The default bus: DescribeEventBus, ListEventBuses, PutEvents, TestEventPattern. */
export function eventBusOperations(accept: Accept, uuid: () => string): OperationTable {
  return defineOperations<typeof eventbridge>()({
    DescribeEventBus: {
      authorize: (_input, context) => onBus("DescribeEventBus", context),
      handle(input, context) {
        requireBus(input.Name, context);
        return { Name: DEFAULT_BUS, Arn: busArn(locationOf(context)) };
      },
    },
    ListEventBuses: {
      authorize: () => ({ action: "events:ListEventBuses", resource: "*" }),
      handle(input, context) {
        const buses = [{ Name: DEFAULT_BUS, Arn: busArn(locationOf(context)) }];
        return { EventBuses: buses.filter(({ Name }) => Name.startsWith(input.NamePrefix ?? "")) };
      },
    },
    PutEvents: {
      authorize: (input, context) =>
        (input.Entries ?? []).map((entry) => ({
          action: "events:PutEvents",
          ...resourceOfBus(entry.EventBusName, context),
          context: { "events:source": entry.Source, "events:detail-type": entry.DetailType },
        })),
      async handle(input, context) {
        const results: eventbridge.PutEventsResultEntry[] = [];
        for (const entry of input.Entries ?? []) {
          const refusal = refusalOf(entry);
          if (refusal) {
            results.push(refusal);
            continue;
          }
          const event = eventOf(entry, context, uuid());
          // As on AWS: what is for a bus that isn't there is taken, and reaches nobody.
          if (isDefaultBus(entry.EventBusName, context)) await accept(event);
          results.push({ EventId: event.id });
        }
        const failed = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
        return { FailedEntryCount: failed, Entries: results };
      },
    },
    TestEventPattern: {
      authorize: () => ({ action: "events:TestEventPattern", resource: "*" }),
      handle(input) {
        const test = compilePattern(input.EventPattern ?? "");
        return { Result: test(parseTestEvent(input.Event ?? "")) };
      },
    },
  });
}

function onBus(action: string, context: RequestContext) {
  return { action: `events:${action}`, resource: busArn(locationOf(context)) };
}

function eventOf(
  entry: eventbridge.PutEventsRequestEntry,
  context: RequestContext,
  id: string,
): AwsEvent {
  const { account_id, region } = locationOf(context);
  return {
    version: "0",
    id,
    "detail-type": entry.DetailType ?? "",
    source: entry.Source ?? "",
    account: account_id,
    time: isoSeconds(entry.Time?.getTime() ?? context.nowMs),
    region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(entry.Detail ?? "{}") as AwsEvent["detail"],
  };
}

/** Why an entry isn't taken; the others are. Source: API reference, PutEventsResultEntry. */
function refusalOf(
  entry: eventbridge.PutEventsRequestEntry,
): eventbridge.PutEventsResultEntry | undefined {
  const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  const { Source, DetailType, Detail } = entry;
  if (Source === undefined || Source === "")
    return refused(
      "InvalidArgument",
      "Parameter Source is not valid. Reason: Source is a required argument.",
    );
  if (Source.startsWith("aws."))
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (DetailType === undefined || DetailType === "")
    return refused(
      "InvalidArgument",
      "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
    );
  if (Detail === undefined || Detail === "")
    return refused(
      "InvalidArgument",
      "Parameter Detail is not valid. Reason: Detail is a required argument.",
    );
  if (!isJsonObject(Detail)) return refused("MalformedDetail", "Detail is malformed.");
  return undefined;
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    // The question was only whether it is an object's JSON.
    return false;
  }
}

/** Fields that an event must have to be tested: the API reference lists `resources` too, which AWS doesn't require. */
const EVENT_FIELDS = ["id", "account", "source", "time", "region", "detail-type"];
/** All that AWS says of it. */
const INVALID_EVENT = "Parameter Event is not valid.";

function parseTestEvent(text: string): unknown {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    // The parser's own words differ between Node versions.
    throw validation(INVALID_EVENT);
  }
  if (isObject(event) && EVENT_FIELDS.every((field) => Object.hasOwn(event, field))) return event;
  throw validation(INVALID_EVENT);
}
