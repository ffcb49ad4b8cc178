import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { trailArnOf } from "./trail-names.ts";

/** An action on a trail, existing or not. */
export function onTrail(
  operation: string,
  nameOrArn: string,
  context: RequestContext,
  keys: ContextEntries = {},
): Authorization {
  return {
    action: `cloudtrail:${operation}`,
    resource: trailArnOf(nameOrArn, context),
    context: keys,
  };
}

/** An action that knows no resources. */
export function onEverything(operation: string): Authorization {
  return { action: `cloudtrail:${operation}`, resource: "*" };
}
