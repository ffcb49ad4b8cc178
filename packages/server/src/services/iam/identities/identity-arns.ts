import { isAccountId, OWN_PARTITION, parseArn } from "../../../kernel/arn.ts";
import type { Decidable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { validationError } from "../errors.ts";
import type { PolicyOwnerKind } from "../tables.ts";
import { onOwner } from "./authorization.ts";
import type { OwnerSubject } from "./owners.ts";

/** The parts of the ARN of a user, group or role. */
export interface IdentityArn {
  readonly arn: string;
  readonly accountId: string;
  readonly kind: PolicyOwnerKind;
  readonly name: string;
}

/** Undefined for everything that isn't the ARN of a user, group or role. */
export function parseIdentityArn(text: string): IdentityArn | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "iam" || arn.partition !== OWN_PARTITION) return undefined;
  if (arn.region !== "" || !isAccountId(arn.accountId)) return undefined;
  const [kind, ...rest] = arn.resource.split("/");
  const name = rest.at(-1);
  if (kind !== "user" && kind !== "group" && kind !== "role") return undefined;
  return name ? { arn: text, accountId: arn.accountId, kind, name } : undefined;
}

/** @throws ValidationError in AWS's words */
export function requireIdentityArn(text: string): IdentityArn {
  const identity = parseIdentityArn(text);
  if (identity) return identity;
  throw validationError(
    `Invalid Entity Arn: ${text} does not clearly define entity type and name.`,
  );
}

/**
 * An operation on the user, group or role that an ARN names; a denial has the ARN too. Like AWS, it
 * finds the owner by the ARN's name alone, whatever its path. @throws ValidationError
 */
export async function onIdentityArn(
  context: RequestContext,
  text: string,
): Promise<Decidable<OwnerSubject>> {
  const { arn, accountId, kind, name } = requireIdentityArn(text);
  const { pairs, subject } = await onOwner(context, kind, name);
  if (accountId === context.accountId) {
    const { resourceLabel: _label, ...pair } = pairs;
    return { pairs: pair, subject };
  }
  const pair = { action: pairs.action, resource: arn, resourceAccountId: accountId };
  return { pairs: pair, subject: { ...subject, owner: undefined, tags: [] } };
}
