import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { namedKeys } from "../../kernel/named-condition-keys.ts";
import { passRole } from "../../kernel/pass-role.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { busPlaceHere, ruleArn, rulePath } from "./arns.ts";
import { crossAccountRole, malformedArn } from "./errors.ts";

/** EventBridge's principal in trust policies. */
export const EVENTS = "events.amazonaws.com";

/** A rule, and its targets, may have roles of their own account. */
export function passToEvents(roleArn: string, { accountId }: RequestContext): Authorization {
  return passRole(roleArn, accountId, {
    service: EVENTS,
    malformed: malformedArn,
    crossAccount: crossAccountRole,
  });
}

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
