import { actionPattern } from "../../compile/action-matcher.ts";
import { ownValue } from "../../own-value.ts";
import type { IndexedService } from "../data-index.ts";
import type { Report } from "../finding.ts";
import { OTHER_NAMES } from "../operation-names.ts";
import type { ListElement, StatementSubject, Subject, Text } from "../subject.ts";
import { resourceTypeNamed } from "./resource-types.ts";

/**
 * Names under which services go elsewhere (endpoints, SDKs), and their prefixes in actions.
 * Source: the service models of AWS's SDKs beside the Service Authorization Reference.
 */
const PREFIXES: Readonly<Record<string, string>> = {
  apigatewayv2: "apigateway",
  cloudwatchlogs: "logs",
  efs: "elasticfilesystem",
  elb: "elasticloadbalancing",
  elbv2: "elasticloadbalancing",
  email: "ses",
  emr: "elasticmapreduce",
  eventbridge: "events",
  monitoring: "cloudwatch",
  sfn: "states",
  stepfunctions: "states",
};

/** Actions that there aren't, by service and by name. */
export function* checkActions({ action }: StatementSubject, subject: Subject): Iterable<Report> {
  for (const item of action?.items ?? []) {
    if (item.value !== "*") yield* checkAction(item, subject);
  }
  if (action && isEmpty(action)) yield { code: "EMPTY_ARRAY_ACTION", places: [action.place] };
}

/** Whether it is written as a list without items. */
export function isEmpty({ items, place }: ListElement): boolean {
  return items.length === 0 && place.end - place.start >= 2;
}

function* checkAction({ value, place }: Text, { data }: Subject): Iterable<Report> {
  const places = [place];
  const colon = value.indexOf(":");
  const prefix = value.slice(0, Math.max(0, colon));
  if (/[*?]/.test(prefix)) {
    yield { code: "WILDCARD_IN_SERVICE_NAME", places };
    return;
  }
  if (colon <= 0) {
    yield { code: "INVALID_ACTION", places, words: { action: value }, text: 1 };
    return;
  }
  const service = data.service(prefix);
  if (!service) {
    const meant = ownValue(PREFIXES, prefix.toLowerCase());
    const service2 = meant === undefined ? {} : { service2: meant };
    yield {
      code: "INVALID_SERVICE_IN_ACTION",
      places,
      words: { service: value, ...service2 },
      text: meant === undefined ? 1 : 0,
    };
    return;
  }
  if (existsIn(service, value, value.slice(colon + 1))) return;
  const validAction = ownValue(OTHER_NAMES, value.toLowerCase());
  const words =
    validAction === undefined
      ? { action: value }
      : { action: value, validAction, api: value.slice(colon + 1) };
  yield { code: "INVALID_ACTION", places, words, text: validAction === undefined ? 1 : 0 };
}

function existsIn({ actions }: IndexedService, value: string, name: string): boolean {
  if (!/[*?]/.test(name)) return actions.has(name.toLowerCase());
  if (name === "*") return true;
  const covers = actionPattern(value);
  for (const action of actions.values()) if (covers(action.name)) return true;
  return false;
}

/** Actions of other services than the resource's. */
export function* checkActionsOfResource(
  { action }: StatementSubject,
  { resourceType }: Subject,
): Iterable<Report> {
  const known = resourceTypeNamed(resourceType);
  if (!known || !action || action.negated) return;
  for (const { value, place } of action.items) {
    const prefix = value.slice(0, Math.max(0, value.indexOf(":"))).toLowerCase();
    if (value === "*" || /[*?]/.test(prefix) || known.prefixes.includes(prefix)) continue;
    const words = { action: value, resourceType: known.title };
    yield { code: "UNSUPPORTED_ACTION_IN_POLICY", places: [place], words };
  }
}
