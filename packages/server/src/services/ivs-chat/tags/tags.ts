import type * as ivschat from "@aws-sdk/client-ivschat";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onRow, requestTagKeys } from "../authorization.ts";
import { resourceNotFound, validation } from "../errors.ts";
import { TAGS_MAX } from "../quotas.ts";
import { parseResourceArn } from "../resource-arn.ts";
import { currentResource, findResource, ownResource, updateResource } from "../rows/resources.ts";
import { readTags, refuseReservedTags, type Tags, writeTags } from "../rows/tags.ts";
import type { IvsChatTables, ResourceRow } from "../tables.ts";

/** TagResource, UntagResource, ListTagsForResource: the same for both types of resources. */
export function tagOperations(): OperationTable {
  return defineOperations<typeof ivschat>()({
    TagResource: withSubject({
      authorize: (input, context) => decide(input, context, requestTagKeys(input.tags)),
      async handle({ resourceArn: arn, tags: added }, context, subject) {
        refuseReservedTags(Object.keys(added));
        await changeTags(arn, subject, context, (tags) => {
          const changed = { ...tags, ...added };
          // The operation's model knows no ServiceQuotaExceededException.
          if (Object.keys(changed).length > TAGS_MAX)
            throw validation(`A resource can have at most ${TAGS_MAX} tags`);
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
      handle: ({ resourceArn: arn }, context, row) => {
        const { tags } = requireOwn(arn, row, context);
        return { tags: readTags(tags) };
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
  return { pairs: onRow(arn, row, context, keys), subject: row };
}

function requireOwn(arn: string, row: ResourceRow | undefined, context: RequestContext) {
  const type = parseResourceArn(arn)?.type;
  if (type === undefined) throw resourceNotFound(arn);
  return ownResource(type, arn, row, context);
}

async function changeTags(
  arn: string,
  subject: ResourceRow | undefined,
  context: RequestContext,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const decided = requireOwn(arn, subject, context);
  const type = parseResourceArn(arn)?.type ?? "room";
  await context.transaction<IvsChatTables, void>(async ({ db }) => {
    const { tags } = await currentResource(type, decided, db);
    await updateResource(type, decided, { tags: writeTags(change(readTags(tags))) }, db);
  });
}
