import { parseArn } from "../../kernel/arn.ts";
import type { Authorization, ContextEntries, Pairs } from "../../kernel/authorization.ts";
import { type OperationHandler, withSubject } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type ResourceType, resourceArn } from "./resource-arn.ts";
import { findResource, ownResource, type ResourceRows } from "./rows/resources.ts";
import { readTags, type Tags } from "./rows/tags.ts";
import type { ResourceRow } from "./tables.ts";

/*
 * Actions, resource types and condition keys follow the Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon Interactive Video Service Chat".
 */

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that brings tags. */
export function requestTagKeys(tags: Tags | undefined): ContextEntries {
  const entries: Record<string, string | readonly string[]> = {};
  if (tags === undefined) return entries;
  for (const [key, value] of Object.entries(tags))
    entries[`aws:requesttag/${key.toLowerCase()}`] = value;
  entries["aws:tagkeys"] = Object.keys(tags);
  return entries;
}

/** For an action on all resources of a type. */
export function onAny(type: ResourceType, context: RequestContext): Authorization {
  return { action: `ivschat:${context.operation}`, resource: resourceArn(context, type, "*") };
}

/** For the creation of a resource: with tags, the caller must be allowed to tag, too. */
export function onCreation(
  type: ResourceType,
  tags: Tags | undefined,
  context: RequestContext,
): readonly Authorization[] {
  const create = { ...onAny(type, context), context: requestTagKeys(tags) };
  const tag = { ...create, action: "ivschat:TagResource" };
  return Object.keys(tags ?? {}).length > 0 ? [create, tag] : [create];
}

/**
 * The pairs together with what log delivery asks for, which the caller needs on every resource.
 * Source: IVS Chat user guide, "Chat Logging".
 */
export function withLogDelivery(
  action: "CreateLogDelivery" | "UpdateLogDelivery" | "DeleteLogDelivery",
  pairs: readonly Authorization[],
): readonly Authorization[] {
  return [...pairs, { action: `logs:${action}`, resource: "*" }];
}

/** For an action on a resource with its tags as condition keys; the row may be missing. */
export function onRow(
  arn: string,
  row: ResourceRow | undefined,
  context: RequestContext,
  keys: ContextEntries = {},
): Authorization {
  const owner = parseArn(arn)?.accountId;
  const entries: Record<string, ContextEntries[string]> = { ...keys };
  for (const [key, value] of Object.entries(row ? readTags(row.tags) : {}))
    entries[`aws:resourcetag/${key.toLowerCase()}`] = value;
  return {
    action: `ivschat:${context.operation}`,
    resource: arn,
    ...(owner ? { resourceAccountId: owner } : {}),
    context: entries,
  };
}

/**
 * An operation that is decided on the resource that its input names, and handled with the row that
 * was decided on. A resource that is missing, or another account's, is answered
 * ResourceNotFoundException, but only after the decision. `further` adds pairs that must
 * be allowed, too.
 */
export function resourceOperation<Type extends ResourceType, Input, Output>(
  type: Type,
  arnOf: (input: Input) => string,
  handle: (
    row: ResourceRows[Type],
    input: Input,
    context: RequestContext,
  ) => Promise<Output> | Output,
  further: (pair: Authorization) => Pairs = (pair) => pair,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const arn = arnOf(input);
      const row = await findResource(arn, context);
      return { pairs: further(onRow(arn, row, context)), subject: row };
    },
    handle: (input, context, row) =>
      handle(ownResource(type, arnOf(input), row, context), input, context),
  });
}
