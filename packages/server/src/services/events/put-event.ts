import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { isoSeconds } from "../../kernel/clock.ts";
import type { AwsEvent } from "../../kernel/events.ts";
import { jsonDepth } from "../../kernel/json-depth.ts";
import { type BusPlace, DEFAULT_BUS, type Location } from "./arns.ts";
import { validation } from "./errors.ts";
import { isObject } from "./pattern/compile-pattern.ts";

type Entry = eventbridge.PutEventsRequestEntry;

/** Source: API reference, PutEvents: "the total entry size must be less than 256KB". */
const REQUEST_BYTES_MAX = 256 * 1024;
/** Source: EventBridge user guide, "Calculating PutEvents event entry size". */
const TIME_BYTES = 14;
/** Source: API reference, PutEvents: "will only process nested JSON up to 1000 levels deep". */
export const DETAIL_DEPTH_MAX = 1_000;

/** An event on its way: what webhooks and rules ask for first, and all of it as JSON. */
export interface IncomingEvent
  extends Pick<AwsEvent, "id" | "account" | "region" | "source" | "detail-type"> {
  readonly json: Buffer;
  /** The bus that it is put on, which may be another account's than its own. */
  readonly bus: BusPlace;
  /** It came from another bus, and so goes to no further one. */
  readonly isForwarded?: boolean;
}

/** The size that AWS counts of all entries. Throws ValidationException beyond the limit. */
export function checkedSize(entries: readonly Entry[]): number {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes <= REQUEST_BYTES_MAX) return bytes;
  throw validation("Total size of the entries in the request is over the limit.");
}

function sizeOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
  return bytes + (Time === undefined ? 0 : TIME_BYTES);
}

/**
 * Makes an entry's event. Its detail is parsed once and dropped: only the event's JSON stays.
 * Undefined if the detail isn't a JSON object, or is nested too deep.
 */
export function eventOf(
  entry: Entry,
  place: Location,
  { id, nowMs, bus }: { readonly id: string; readonly nowMs: number; readonly bus: BusPlace },
): IncomingEvent | undefined {
  const detail = parseDetail(entry.Detail ?? "");
  if (!detail) return undefined;
  const event: AwsEvent = {
    version: "0",
    id,
    "detail-type": entry.DetailType ?? "",
    source: entry.Source ?? "",
    account: place.account_id,
    time: isoSeconds(entry.Time?.getTime() ?? nowMs),
    region: place.region,
    resources: entry.Resources ?? [],
    detail,
  };
  return incoming(event, bus);
}

/** An event for a bus: of the server's own services for the default one. */
export function incoming(event: AwsEvent, bus = defaultBusOf(event)): IncomingEvent {
  const { id, account, region, source, "detail-type": type } = event;
  const json = Buffer.from(JSON.stringify(event));
  return { id, account, region, source, "detail-type": type, json, bus };
}

function defaultBusOf({ account, region }: AwsEvent): BusPlace {
  return { account_id: account, region, name: DEFAULT_BUS };
}

export const MALFORMED_DETAIL: eventbridge.PutEventsResultEntry = {
  ErrorCode: "MalformedDetail",
  ErrorMessage: "Detail is malformed.",
};

/** Returns the refusal of an entry, before its detail is read. Source: PutEventsResultEntry. */
export function refusalOf(entry: Entry): eventbridge.PutEventsResultEntry | undefined {
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
  return undefined;
}

function parseDetail(text: string): AwsEvent["detail"] | undefined {
  if (jsonDepth(text) > DETAIL_DEPTH_MAX) return undefined;
  try {
    const detail: unknown = JSON.parse(text);
    return isObject(detail) ? detail : undefined;
  } catch {
    // The answer says that it is malformed.
    return undefined;
  }
}
