import type * as ivschat from "@aws-sdk/client-ivschat";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { TagOperations } from "../../../kernel/tagged-resources/tag-operations.ts";
import { decisions } from "../authorization.ts";
import { validation } from "../errors.ts";
import { TAGS_MAX } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";

export function tagOperations(): OperationTable {
  const tagging = new TagOperations({
    ...{ arns, rows: resources, decisions, quota: TAGS_MAX },
    // The operation's model knows no ServiceQuotaExceededException.
    tooMany: (quota) => validation(`A resource can have at most ${quota} tags`),
  });
  return defineOperations<typeof ivschat>()({
    TagResource: tagging.adding(({ resourceArn, tags }) => ({ resourceArn, tags })),
    UntagResource: tagging.removing(({ resourceArn, tagKeys }) => ({ resourceArn, tagKeys })),
    ListTagsForResource: tagging.listing(({ resourceArn }) => resourceArn),
  });
}
