import { parseArn } from "../../kernel/arn.ts";
import { crossAccountTarget, validation } from "./errors.ts";

/** The place that a rule's target names, in the rule's own account and Region. */
export interface TargetPlace {
  readonly kind: "api-destination" | "log-group";
  readonly name: string;
}

type RuleLocation = { readonly account_id: string; readonly region: string };

/** Source: EventBridge API reference, CreateApiDestination; the id after the name is ours. */
const API_DESTINATION = /^api-destination\/([.\-_A-Za-z0-9]{1,64})\/([-A-Za-z0-9]{1,64})$/;
/**
 * Source: CloudWatch Logs API reference, CreateLogGroup; DescribeLogGroups adds the `:*`. A name
 * that looks like a path to another folder is never a group's.
 */
const LOG_GROUP = /^log-group:(?!(?:.*\/)?\.{1,2}(?:\/|:\*$|$))([.\-_/#A-Za-z0-9]{1,512})(?::\*)?$/;

/** Reads a target's ARN; undefined if a rule at this location can't have it. */
export function targetPlaceOf(text: string, rule: RuleLocation): TargetPlace | undefined {
  const arn = parseArn(text);
  if (arn?.partition !== "aws") return undefined;
  if (arn.accountId !== rule.account_id || arn.region !== rule.region) return undefined;
  if (arn.service === "events") return placeIn("api-destination", API_DESTINATION, arn.resource);
  if (arn.service === "logs") return placeIn("log-group", LOG_GROUP, arn.resource);
  return undefined;
}

function placeIn(
  kind: TargetPlace["kind"],
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
export function checkTargetArn(text: string, rule: RuleLocation): TargetPlace | undefined {
  const arn = parseArn(text);
  if (!arn) throw malformedArn(text);
  if (arn.region !== "" && arn.region !== rule.region)
    throw validation("Cross-region api call is not allowed.");
  if (arn.accountId !== "" && arn.accountId !== rule.account_id) throw crossAccountTarget(text);
  const place = targetPlaceOf(text, rule);
  if (!place && /^(?:log-group|api-destination)\b/.test(arn.resource)) throw malformedArn(text);
  return place;
}

/** Throws ValidationException for what isn't a role of the rule's own account. */
export function checkPassedRole(text: string | undefined, account: string): void {
  if (text === undefined) return;
  const arn = parseArn(text);
  const isRole = arn?.service === "iam" && arn.region === "" && arn.resource.startsWith("role/");
  if (!isRole || arn.partition !== "aws") throw malformedArn(text);
  if (arn.accountId !== account) throw validation("Cross-account pass role is not allowed.");
}

function malformedArn(text: string) {
  return validation(
    `Parameter ${text} is not valid. Reason: Provided Arn is not in correct format.`,
  );
}
