import { parseArn } from "../../kernel/arn.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { requireAccount } from "../../kernel/request-context.ts";
import { validation } from "./errors.ts";

export const DEFAULT_BUS = "default";
const BUS = "event-bus/";

export interface Location {
  readonly account_id: string;
  readonly region: string;
}

/** The place of an event bus, whether there is one or not. */
export interface BusPlace extends Location {
  readonly name: string;
}

export function arnOf({ account_id, region }: Location, resource: string): string {
  return `arn:aws:events:${region}:${account_id}:${resource}`;
}

export function locationOf(context: RequestContext): Location {
  return { account_id: requireAccount(context), region: context.region };
}

/** `live`, or `studio/live` of the bus `studio`: what the rule's ARN ends with. */
export function rulePath(busName: string, rule: string): string {
  return busName === DEFAULT_BUS ? rule : `${busName}/${rule}`;
}

export function ruleNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function ruleArn(location: Location, path: string): string {
  return arnOf(location, `rule/${path}`);
}

export function busArn(bus: BusPlace): string {
  return arnOf(bus, BUS + bus.name);
}

/** Reads a bus's ARN; undefined for every other text. */
export function busOfArn(text: string): BusPlace | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "events" || arn.partition !== "aws") return undefined;
  if (!arn.resource.startsWith(BUS) || !/^\d{12}$/.test(arn.accountId)) return undefined;
  const name = arn.resource.slice(BUS.length);
  return name === "" ? undefined : { account_id: arn.accountId, region: arn.region, name };
}

/** The place of the bus that a name or an ARN gives; without one, of the default bus. */
export function busPlaceOf(given: string | undefined, context: RequestContext): BusPlace {
  const named = given === undefined ? undefined : busOfArn(given);
  return named ?? { ...locationOf(context), name: given ?? DEFAULT_BUS };
}

/** The same; throws ValidationException for a bus of another Region than the request's. */
export function busPlaceHere(given: string | undefined, context: RequestContext): BusPlace {
  const place = busPlaceOf(given, context);
  if (place.region === context.region) return place;
  throw validation("Cross-region api call is not allowed.");
}
