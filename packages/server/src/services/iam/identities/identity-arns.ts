import { isAccountId, parseArn } from "../../../kernel/arn.ts";
import type { Authorization } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchNamed, validationError } from "../errors.ts";
import type { IamTables, PolicyOwnerKind } from "../tables.ts";
import { onOwner } from "./authorization.ts";
import { findOwner, type PolicyOwner } from "./owners.ts";

/** What the ARN of a user, group or role says. */
export interface IdentityArn {
  readonly arn: string;
  readonly accountId: string;
  readonly kind: PolicyOwnerKind;
  readonly name: string;
}

/** Undefined for everything that isn't the ARN of a user, group or role. */
export function parseIdentityArn(text: string): IdentityArn | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "iam" || arn.region !== "" || !isAccountId(arn.accountId)) return undefined;
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

/** An operation on the user, group or role that an ARN names, which stands in the denial too. */
export async function onIdentityArn(context: RequestContext, text: string): Promise<Authorization> {
  const { arn, accountId, kind, name } = requireIdentityArn(text);
  const named = await onOwner(context, kind, name);
  const { action, resource, context: keys } = named;
  return accountId === context.accountId && keys !== undefined
    ? { action, resource, context: keys }
    : { action, resource: arn, resourceAccountId: accountId };
}

/** Found by the ARN's name alone, as on AWS, whatever its path. @throws ValidationError, NoSuchEntity */
export async function requireIdentity(context: RequestContext, text: string): Promise<PolicyOwner> {
  const { accountId, kind, name } = requireIdentityArn(text);
  const owner = await findOwner(context.db<IamTables>(), context.accountId, kind, name);
  if (!owner || accountId !== context.accountId) throw noSuchNamed(kind, name);
  return owner;
}
