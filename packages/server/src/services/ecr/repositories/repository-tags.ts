import type * as ecr from "@aws-sdk/client-ecr";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
  withSubject,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import {
  changeRepository,
  onRepository,
  placeOfArn,
  requestTagKeys,
  type Tag,
  type Tags,
  tagsOf,
} from "../access/repository-access.ts";
import { checkedTags, refuseReserved } from "../access/tags.ts";
import { repositoryNotFound } from "../errors.ts";
import { updateRepository } from "../rows/repositories.ts";
import type { RepositoryRow } from "../tables.ts";

interface TaggedInput {
  readonly resourceArn: string;
}

/** TagResource, UntagResource, ListTagsForResource. */
export function repositoryTagOperations(): OperationTable {
  return defineOperations<typeof ecr>()({
    TagResource: onTagged(
      "TagResource",
      (row, { tags }: TaggedInput & { readonly tags: readonly Tag[] }, context) =>
        changeTags(row, context, (before) => checkedTags(tags, before)),
      ({ tags }) => requestTagKeys(tags),
    ),
    UntagResource: onTagged(
      "UntagResource",
      (row, { tagKeys }: TaggedInput & { readonly tagKeys: readonly string[] }, context) =>
        changeTags(row, context, (before) => {
          refuseReserved(tagKeys);
          const kept = Object.entries(before).filter(([key]) => !tagKeys.includes(key));
          return Object.fromEntries(kept);
        }),
      ({ tagKeys }) => ({ "aws:tagkeys": tagKeys }),
    ),
    ListTagsForResource: onTagged("ListTagsForResource", async (row) => ({
      tags: Object.entries(tagsOf(row)).map(([Key, Value]) => ({ Key, Value })),
    })),
  });
}

function onTagged<Input extends TaggedInput, Output>(
  operation: string,
  handle: (row: RepositoryRow, input: Input, context: RequestContext) => Promise<Output>,
  keysOf?: (input: Input) => ContextEntries,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: (input: Input, context) =>
      onRepository(operation, placeOfArn(input.resourceArn), context, keysOf?.(input)),
    handle: (input, context, row) => {
      if (!row) throw repositoryNotFound(placeOfArn(input.resourceArn));
      return handle(row, input, context);
    },
  });
}

function changeTags(
  row: RepositoryRow,
  context: RequestContext,
  change: (before: Tags) => Tags,
): Promise<object> {
  return changeRepository(row, context, async (current, db) => {
    await updateRepository(
      current,
      { tags: JSON.stringify(withSystemTags(change(tagsOf(current)), context)) },
      db,
    );
    return {};
  });
}
