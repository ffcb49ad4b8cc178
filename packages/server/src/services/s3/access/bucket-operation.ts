import type { Pairs } from "../../../kernel/authorization.ts";
import { type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type BucketInput, requireBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { onBucket } from "./authorization.ts";
import { checkHeaderSection } from "./header-section.ts";

/** Says something about the bucket that `input` names. */
type OfBucket<Input, Result> = (
  bucket: BucketRow,
  input: Input,
  context: RequestContext,
) => Promise<Result> | Result;

/**
 * An operation on the bucket that its input names, or on something in it. It is decided on that
 * bucket and handled with the same row. `decision` is an action on the bucket itself, or a function
 * that returns the pairs which must be allowed.
 */
export function bucketOperation<Input extends BucketInput, Output>(
  decision: string | OfBucket<Input, Pairs>,
  handle: OfBucket<Input, Output>,
  traits: Pick<OperationHandler<Input, Output>, "embeddable" | "verifiesSha256"> = {},
): OperationHandler<Input, Output> {
  const pairsOf: OfBucket<Input, Pairs> =
    typeof decision === "string"
      ? (bucket, _input, context) => onBucket(decision, bucket, context)
      : decision;
  return withSubject({
    ...traits,
    authorize: async (input: Input, context) => {
      checkHeaderSection(context.http);
      const bucket = await requireBucket(input, context);
      return { pairs: await pairsOf(bucket, input, context), subject: bucket };
    },
    handle: (input, context, bucket) => handle(bucket, input, context),
  });
}
