import { parseArn } from "../../kernel/arn.ts";
import type { Authorization } from "../../kernel/authorization.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { requireAccount } from "../../kernel/request-context.ts";
import { resourceNotFound } from "./errors.ts";

export const DEFAULT_BUS = "default";

type Location = { readonly account_id: string; readonly region: string };

export function arnOf({ account_id, region }: Location, resource: string): string {
  return `arn:aws:events:${region}:${account_id}:${resource}`;
}

export function locationOf(context: RequestContext): Location {
  return { account_id: requireAccount(context), region: context.region };
}

export function ruleArn(location: Location, name: string): string {
  return arnOf(location, `rule/${name}`);
}

export function busArn(location: Location): string {
  return arnOf(location, `event-bus/${DEFAULT_BUS}`);
}

/** True for the default bus's name or ARN, and if none is given. */
export function isDefaultBus(given: string | undefined, context: RequestContext): boolean {
  return given === undefined || given === DEFAULT_BUS || given === busArn(locationOf(context));
}

/**
 * The resource to be allowed for putting events on a bus. Another account's bus has no policy that
 * would allow it, since PutPermission isn't implemented.
 */
export function resourceOfBus(
  given: string | undefined,
  context: RequestContext,
): Pick<Authorization, "resource" | "resourceAccountId"> {
  const location = locationOf(context);
  if (given === undefined) return { resource: busArn(location) };
  const arn = parseArn(given);
  return arn
    ? { resource: given, resourceAccountId: arn.accountId }
    : { resource: arnOf(location, `event-bus/${given}`) };
}

/** There is the default bus alone. Throws ResourceNotFoundException. */
export function requireBus(given: string | undefined, context: RequestContext): void {
  if (isDefaultBus(given, context)) return;
  const name = given?.split("event-bus/").at(-1);
  throw resourceNotFound(`Event bus ${name} does not exist.`);
}
