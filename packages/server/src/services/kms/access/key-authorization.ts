import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidGrantToken } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import { aliasesOf } from "../rows/aliases.ts";
import { findGrantByToken, grantsTo } from "../rows/grants.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { callerKeys, keyKeys, requestTagKeys, type Tag } from "./condition-keys.ts";
import { type Asked, granteesOf, grantOperations, policyOfGrants } from "./grant-policy.ts";

/** Facts that a decision on a key needs beside the operation's name. */
export interface OnKey extends Omit<Asked, "operation"> {
  readonly keys?: ContextEntries;
  readonly grantTokens?: readonly string[] | undefined;
  /** The key's own account alone may be allowed it: KMS lets no other one manage a key. */
  readonly isManagement?: boolean;
}

/**
 * An action on a key. Its policy must allow it, or hand the decision over to the account, or a
 * grant must. Throws InvalidGrantTokenException.
 */
export async function onKey(
  operation: string,
  key: KeyRow,
  context: RequestContext,
  { keys, grantTokens, isManagement = false, ...asked }: OnKey = {},
): Promise<Authorization> {
  const db = context.db<KmsTables>();
  await checkTokens(grantTokens, context);
  const grantees = grantOperations(key).includes(operation)
    ? granteesOf(context.caller.principal)
    : [];
  const [aliases, granted] = await Promise.all([
    aliasesOf(key, db),
    grantees.length === 0 ? [] : grantsTo(key, grantees, db),
  ]);
  const grants = policyOfGrants(key, granted, { operation, ...asked });
  const isClosed = isManagement && key.account_id !== context.accountId;
  return {
    action: `kms:${operation}`,
    resource: keyArn(key),
    resourceAccountId: key.account_id,
    context: { ...callerKeys(context), ...keyKeys(key, aliases), ...keys },
    ...(isClosed
      ? {}
      : { resourcePolicy: { id: keyArn(key), text: key.policy, kind: "key" as const } }),
    ...(grants ? { grants } : {}),
  };
}

/** An action on a key of another account that isn't there: refused like one that is closed. */
export function onMissingKey(
  operation: string,
  arn: string,
  resourceAccountId: string,
  context: RequestContext,
): Authorization {
  return {
    action: `kms:${operation}`,
    resource: arn,
    resourceAccountId,
    context: callerKeys(context),
  };
}

/** An action that knows no key; most of them have no condition keys of KMS's. */
export function onEverything(operation: string, keys: ContextEntries = {}): Authorization {
  return { action: `kms:${operation}`, resource: "*", context: keys };
}

/** The tags that a key is to be created with. */
export function onNewTags(
  tags: readonly Tag[] | undefined,
  place: Pick<KeyRow, "account_id" | "region">,
  context: RequestContext,
): readonly Authorization[] {
  if ((tags ?? []).length === 0) return [];
  // Policies name keys for it, and this one has no id yet.
  const resource = keyArn({ ...place, key_id: "*" });
  const keys = { ...callerKeys(context), ...requestTagKeys(tags) };
  return [{ action: "kms:TagResource", resource, context: keys }];
}

/** Grants are in force at once, so that a token proves nothing; but it must be one. */
async function checkTokens(tokens: readonly string[] = [], context: RequestContext): Promise<void> {
  for (const token of tokens) {
    if (!(await findGrantByToken(token, context.db<KmsTables>()))) throw invalidGrantToken();
  }
}
