import { parseArn } from "../../kernel/arn.ts";
import { type BusPlace, busOfArn, type Location } from "./arns.ts";
import { crossAccountTarget, malformedArn, validation } from "./errors.ts";

/** The place of a target: in the rule's own account and Region, or a bus, which may be anywhere. */
export type TargetPlace =
  | { readonly kind: "api-destination" | "log-group" | "function"; readonly name: string }
  | { readonly kind: "event-bus"; readonly bus: BusPlace };

/** Source: EventBridge API reference, CreateApiDestination; the id after the name is ours. */
const API_DESTINATION = /^api-destination\/([.\-_A-Za-z0-9]{1,64})\/([-A-Za-z0-9]{1,64})$/;
/**
 * Source: CloudWatch Logs API reference, CreateLogGroup; DescribeLogGroups adds the `:*`. A name
 * that looks like a path to another folder is never a group's.
 */
const LOG_GROUP = /^log-group:(?!(?:.*\/)?\.{1,2}(?:\/|:\*$|$))([.\-_/#A-Za-z0-9]{1,512})(?::\*)?$/;

/** Source: Lambda API reference, FunctionName: a name, then perhaps a version or an alias. */
const FUNCTION = /^function:([-_A-Za-z0-9]{1,64}(?::(?:\$LATEST|[-_A-Za-z0-9]{1,128}))?)$/;

/** Source: EventBridge API reference, CreateEventBus. */
const BUS_NAME = /^[.\-_A-Za-z0-9]{1,256}$/;

/** Reads a target's ARN; undefined if a rule at this location can't have it. */
export function targetPlaceOf(text: string, rule: Location): TargetPlace | undefined {
  const bus = busOfArn(text);
  if (bus) return BUS_NAME.test(bus.name) ? { kind: "event-bus", bus } : undefined;
  const arn = parseArn(text);
  if (arn?.partition !== "aws") return undefined;
  if (arn.accountId !== rule.account_id || arn.region !== rule.region) return undefined;
  if (arn.service === "events") return placeIn("api-destination", API_DESTINATION, arn.resource);
  if (arn.service === "lambda") return placeIn("function", FUNCTION, arn.resource);
  if (arn.service === "logs") return placeIn("log-group", LOG_GROUP, arn.resource);
  return undefined;
}

function placeIn(
  kind: Exclude<TargetPlace["kind"], "event-bus">,
  grammar: RegExp,
  resource: string,
): TargetPlace | undefined {
  const [, name] = grammar.exec(resource) ?? [];
  return name === undefined ? undefined : { kind, name };
}

/**
 * The same of what a caller gives; undefined for the kinds of targets that Rolecast hasn't.
 * Throws what AWS answers to a malformed ARN and to one of another account or Region.
 */
export function checkTargetArn(text: string, rule: Location): TargetPlace | undefined {
  const arn = parseArn(text);
  if (!arn) throw malformedArn(text);
  const bus = targetPlaceOf(text, rule);
  if (bus?.kind === "event-bus") return bus;
  if (arn.region !== "" && arn.region !== rule.region)
    throw validation("Cross-region api call is not allowed.");
  if (arn.accountId !== "" && arn.accountId !== rule.account_id) throw crossAccountTarget(text);
  const place = targetPlaceOf(text, rule);
  if (!place && /^(?:log-group|api-destination|event-bus|function)\b/.test(arn.resource))
    throw malformedArn(text);
  return place;
}
