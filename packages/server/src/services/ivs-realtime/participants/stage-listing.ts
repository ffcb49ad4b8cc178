import { type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { ResourceRow } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { decisions } from "../authorization.ts";
import { resources } from "../rows/resources.ts";
import type { StageReference } from "../rows/stage-sessions.ts";

/** The stage that a row is of. */
export function stageOf(row: ResourceRow): StageReference {
  return { accountId: row.account_id, region: row.region, id: row.id };
}

/**
 * A list about one stage, decided on the stage. Where there is no such stage the list is empty: the
 * models of these operations know no ResourceNotFoundException.
 */
export function listingOfStage<Input extends { readonly stageArn: string | undefined }, Output>(
  list: (stage: StageReference, input: Input, context: RequestContext) => Promise<Output>,
  empty: Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const arn = input.stageArn ?? "";
      const row = await resources.find(arn, context);
      return { pairs: decisions.onRow(context.operation, arn, row), subject: row };
    },
    handle: (input, context, row) =>
      row && row.account_id === context.accountId ? list(stageOf(row), input, context) : empty,
  });
}
