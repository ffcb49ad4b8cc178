import type * as ivs from "@aws-sdk/client-ivs";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onRow, requestTagKeys } from "../authorization.ts";
import { resourceNotFound, validation } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { parseResourceArn } from "../resource-arn.ts";
import { currentResource, findResource, ownResource, setResource } from "../rows/resources.ts";
import { readTags, refuseReservedTags, type Tags, writeTags } from "../rows/tags.ts";
import type { IvsTables, ResourceRow } from "../tables.ts";

/** TagResource, UntagResource, ListTagsForResource: the same for every resource with tags. */
export function tagOperations(quotas: IvsQuotas): OperationTable {
  return defineOperations<typeof ivs>()({
    TagResource: withSubject({
      authorize: (input, context) => decide(input, context, requestTagKeys(input.tags)),
      async handle({ resourceArn: arn, tags: added }, context, subject) {
        refuseReservedTags(Object.keys(added));
        await changeTags(arn, subject, context, (tags) => {
          const changed = { ...tags, ...added };
          // The operation's model knows no ServiceQuotaExceededException.
          if (Object.keys(changed).length > quotas.tags)
            throw validation(`A resource can have at most ${quotas.tags} tags`);
          return changed;
        });
        return {};
      },
    }),
    UntagResource: withSubject({
      authorize: (input, context) => decide(input, context, { "aws:tagkeys": input.tagKeys }),
      async handle({ resourceArn: arn, tagKeys }, context, subject) {
        const removed = new Set(tagKeys);
        await changeTags(arn, subject, context, (tags) =>
          Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
        );
        return {};
      },
    }),
    ListTagsForResource: withSubject({
      authorize: (input, context) => decide(input, context),
      handle: ({ resourceArn: arn }, _context, row) => {
        if (!row) throw resourceNotFound(arn);
        return { tags: readTags(row.tags) };
      },
    }),
  });
}

async function decide(
  { resourceArn: arn }: { readonly resourceArn: string },
  context: RequestContext,
  keys?: ContextEntries,
) {
  const row = await findResource(arn, context);
  return { pairs: onRow(context.operation, arn, row, keys), subject: row };
}

async function changeTags(
  arn: string,
  subject: ResourceRow | undefined,
  context: RequestContext,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const type = parseResourceArn(arn)?.type;
  if (type === undefined) throw resourceNotFound(arn);
  const decided = ownResource(type, arn, subject, context);
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const { tags } = await currentResource(type, decided, db);
    await setResource(type, decided, { tags: writeTags(change(readTags(tags))) }, db);
  });
}
