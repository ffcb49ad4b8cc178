import type { Authorization } from "../../kernel/authorization.ts";
import { type OperationHandler, pairsOf, subjectOf } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { ResourceDecisions, requestTagKeys } from "../../kernel/tagged-resources/decisions.ts";
import type { Tags } from "../../kernel/tagged-resources/tags.ts";
import { arns, type ResourceType } from "./resource-arn.ts";
import { resources } from "./rows/resources.ts";

/*
 * Actions, resource types and condition keys follow the Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon Interactive Video Service Chat".
 */
export const decisions = new ResourceDecisions("ivschat", arns, resources);

/** For the creation of a resource: with tags, the caller must be allowed to tag, too. */
export function onCreation(
  type: ResourceType,
  tags: Tags | undefined,
  context: RequestContext,
): readonly Authorization[] {
  const create = decisions.onAny(context.operation, type, context, requestTagKeys(tags));
  const tag = { ...create, action: "ivschat:TagResource" };
  return Object.keys(tags ?? {}).length > 0 ? [create, tag] : [create];
}

/**
 * The operation, which must also be allowed what log delivery asks of its caller, on every
 * resource. Source: IVS Chat user guide, "Chat Logging".
 */
export function withLogDelivery<Input, Output>(
  action: "CreateLogDelivery" | "UpdateLogDelivery" | "DeleteLogDelivery",
  operation: OperationHandler<Input, Output>,
): OperationHandler<Input, Output> {
  return {
    ...operation,
    async authorize(input, context) {
      const decidable = await operation.authorize(input, context);
      const pairs = [pairsOf(decidable), { action: `logs:${action}`, resource: "*" }].flat();
      return { pairs, subject: subjectOf(decidable) };
    },
  };
}
