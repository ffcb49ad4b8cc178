import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { namedKeys } from "../../kernel/named-condition-keys.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { busPlaceHere, ruleArn, rulePath } from "./arns.ts";

/** The condition key that a policy holds iam:PassRole to. */
export const PASSED_TO_EVENTS = { "iam:passedtoservice": "events.amazonaws.com" };

/** A rule on another account's bus is that account's, and no policy lets others at its rules. */
export function onRule(
  action: string,
  name: string,
  busName: string | undefined,
  context: RequestContext,
): Authorization {
  const bus = busPlaceHere(busName, context);
  const resource = ruleArn(bus, rulePath(bus.name, name));
  return { action: `events:${action}`, resource, resourceAccountId: bus.account_id };
}

type Tags = readonly Checked<eventbridge.Tag>[];

export function requestTagKeys(tags: Tags = []): ContextEntries {
  if (tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value }) => [Key, Value] as const);
  return { ...namedKeys("aws:requesttag/", pairs), "aws:tagkeys": tags.map(({ Key }) => Key) };
}
