import { type OperationHandler, withSubject } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { onRow } from "./authorization.ts";
import type { ResourceType } from "./resource-arn.ts";
import { findResource, ownResource, type ResourceRows } from "./rows/resources.ts";

/**
 * An operation that is decided on the resource that its input names, and handled with the row that
 * was decided on. A resource that is missing, or another account's, is answered
 * ResourceNotFoundException, but only after the decision.
 */
export function resourceOperation<Type extends ResourceType, Input, Output>(
  type: Type,
  arnOf: (input: Input) => string,
  handle: (
    row: ResourceRows[Type],
    input: Input,
    context: RequestContext,
  ) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const arn = arnOf(input);
      const row = await findResource(arn, context);
      return { pairs: onRow(context.operation, arn, row), subject: row };
    },
    handle: (input, context, row) =>
      handle(ownResource(type, arnOf(input), row, context), input, context),
  });
}
