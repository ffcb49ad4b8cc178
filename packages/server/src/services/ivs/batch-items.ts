import type * as ivs from "@aws-sdk/client-ivs";
import { AwsError } from "../../kernel/aws-error.ts";
import { NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { ResourceRow } from "../../kernel/tagged-resources/tagged-rows.ts";
import { decisions } from "./authorization.ts";
import type { ResourceType } from "./resource-arn.ts";
import { type ResourceRows, resources } from "./rows/resources.ts";

/**
 * An item's error in the answer to a batch. Source: AWS CLI's example of
 * BatchStartViewerSessionRevocation.
 */
const NOT_AUTHORIZED = "not authorized";

/** Batches are decided item by item, when each is handled. */
export const decidedByItem = () => NO_PERMISSION_NEEDED;

export interface RefusedItem<Item> {
  readonly item: Item;
  /** The HTTP status that the item alone would have had. */
  readonly code: string;
  readonly message: string;
}

/**
 * Does something with each item whose resource the caller may reach and that is there; the others
 * are listed as errors, and the call succeeds. Throws the refusal when it is that of all items.
 */
export async function eachItem<Item, Result>(
  items: readonly Item[],
  arnOf: (item: Item) => string,
  run: (item: Item, row: ResourceRow | undefined) => Promise<Result> | Result,
  context: RequestContext,
): Promise<{ readonly results: Result[]; readonly refused: RefusedItem<Item>[] }> {
  const results: Result[] = [];
  const refused: RefusedItem<Item>[] = [];
  let denial: AwsError | undefined;
  let denials = 0;
  for (const item of items) {
    try {
      const arn = arnOf(item);
      const row = await resources.find(arn, context);
      await context.authorize(decisions.onRow(context.operation, arn, row));
      results.push(await run(item, row));
    } catch (error) {
      if (!(error instanceof AwsError) || (error.status !== 404 && error.status !== 403))
        throw error;
      const isDenied = error.status === 403;
      if (isDenied) {
        denial ??= error;
        denials += 1;
      }
      const message = isDenied ? NOT_AUTHORIZED : error.message;
      refused.push({ item, code: String(error.status), message });
    }
  }
  if (denial && denials === items.length) throw denial;
  return { results, refused };
}

/** Gets each ARN's resource, once. */
export async function batchGet<Type extends ResourceType, View>(
  type: Type,
  arns: readonly string[],
  viewOf: (row: ResourceRows[Type]) => View,
  context: RequestContext,
): Promise<{ readonly found: View[]; readonly errors: ivs.BatchError[] }> {
  const each = await eachItem(
    [...new Set(arns)],
    (arn) => arn,
    (arn, row) => viewOf(resources.own(type, arn, row, context)),
    context,
  );
  const errors = each.refused.map(({ item: arn, code, message }) => ({ arn, code, message }));
  return { found: each.results, errors };
}
