import type * as ivs from "@aws-sdk/client-ivs";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onResource, onRow, requestTagKeys } from "../authorization.ts";
import { resourceNotFound, validation } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { parseResourceArn } from "../resource-arn.ts";
import { findResource } from "../rows/resources.ts";
import {
  ownReference,
  readTags,
  refuseReservedTags,
  type Tags,
  taggedTable,
  writeTags,
} from "../rows/tags.ts";
import type { IvsTables } from "../tables.ts";

/** TagResource, UntagResource, ListTagsForResource: the same for every resource with tags. */
export function tagOperations(quotas: IvsQuotas): OperationTable {
  return defineOperations<typeof ivs>()({
    TagResource: {
      authorize: (input, context) =>
        onResource("TagResource", input.resourceArn, context, requestTagKeys(input.tags)),
      async handle(input, context) {
        const added = input.tags;
        refuseReservedTags(Object.keys(added));
        await changeTags(input.resourceArn, context, (tags) => {
          const changed = { ...tags, ...added };
          // The operation's model knows no ServiceQuotaExceededException.
          if (Object.keys(changed).length > quotas.tags)
            throw validation(`A resource can have at most ${quotas.tags} tags`);
          return changed;
        });
        return {};
      },
    },
    UntagResource: {
      authorize: (input, context) =>
        onResource("UntagResource", input.resourceArn, context, {
          "aws:tagkeys": input.tagKeys,
        }),
      async handle(input, context) {
        const removed = new Set(input.tagKeys);
        await changeTags(input.resourceArn, context, (tags) =>
          Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
        );
        return {};
      },
    },
    ListTagsForResource: withSubject({
      authorize: async ({ resourceArn: arn }, context) => {
        const row = await findResource(arn, context);
        return { pairs: onRow("ListTagsForResource", arn, row), subject: row };
      },
      handle: ({ resourceArn: arn }, _context, row) => {
        if (!row) throw resourceNotFound(arn);
        return { tags: readTags(row.tags) };
      },
    }),
  });
}

async function changeTags(
  arn: string,
  context: RequestContext,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const type = parseResourceArn(arn)?.type;
  if (type === undefined) throw resourceNotFound(arn);
  const { id } = ownReference(arn, type, context);
  const table = taggedTable(type);
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const row = await db
      .selectFrom(table)
      .select("tags")
      .where("account_id", "=", context.accountId)
      .where("region", "=", context.region)
      .where("id", "=", id)
      .executeTakeFirst();
    if (!row) throw resourceNotFound(arn);
    await db
      .updateTable(table)
      .set({ tags: writeTags(change(readTags(row.tags))) })
      .where("account_id", "=", context.accountId)
      .where("region", "=", context.region)
      .where("id", "=", id)
      .execute();
  });
}
