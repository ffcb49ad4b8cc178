import { ownValue } from "../own-value.ts";
import type { RequestContextValues } from "../request.ts";

/** Every call may have it: the resource for which a service calls. */
const OF_ALL = ["aws:SourceArn"];
/** A key that only a service uses for its caller isn't granted for calls of the caller's own. */
const OF_KMS = ["kms:ViaService", ...OF_ALL];
/** Keys, by lower-cased action, without which a grant would reach further than the calls did. */
const OF_IAM: Readonly<Record<string, readonly string[]>> = {
  "iam:createservicelinkedrole": ["iam:AWSServiceName", ...OF_ALL],
  "iam:passrole": ["iam:PassedToService", ...OF_ALL],
};

/** The keys that a grant of the action should have, where its calls had them. */
function safeKeysOf(action: string): readonly string[] {
  if (action.startsWith("kms:")) {
    return OF_KMS;
  }
  return action.startsWith("iam:") ? (ownValue(OF_IAM, action.toLowerCase()) ?? OF_ALL) : OF_ALL;
}

/** The values of those keys in a call; undefined for a call that has none of them. */
export function safeCondition(
  action: string,
  context: RequestContextValues,
): Readonly<Record<string, readonly string[]>> | undefined {
  let condition: Record<string, readonly string[]> | undefined;
  for (const key of safeKeysOf(action)) {
    const value = context.get(key.toLowerCase());
    if (value !== undefined) {
      condition = { ...condition, [key]: typeof value === "string" ? [value] : value };
    }
  }
  return condition;
}
