import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { locationOf, ruleArn } from "./arns.ts";

/** The condition key that a policy holds iam:PassRole to. */
export const PASSED_TO_EVENTS = { "iam:passedtoservice": "events.amazonaws.com" };

export function onRule(action: string, name: string, context: RequestContext) {
  return { action: `events:${action}`, resource: ruleArn(locationOf(context), name) };
}

export function tagsOf(tags: readonly Checked<eventbridge.Tag>[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
