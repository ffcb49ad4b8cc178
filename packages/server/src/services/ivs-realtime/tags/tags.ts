import type * as realTime from "@aws-sdk/client-ivs-realtime";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { TagOperations } from "../../../kernel/tagged-resources/tag-operations.ts";
import { decisions } from "../authorization.ts";
import { validation } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";

export function tagOperations(): OperationTable {
  const tagging = new TagOperations({
    ...{ arns, rows: resources, decisions, quota: QUOTAS.tags },
    // The operation's model knows no ServiceQuotaExceededException.
    tooMany: (quota) => validation(`A resource can have at most ${quota} tags`),
  });
  return defineOperations<typeof realTime>()({
    TagResource: tagging.adding(({ resourceArn, tags }) => ({ resourceArn, tags })),
    UntagResource: tagging.removing(({ resourceArn, tagKeys }) => ({ resourceArn, tagKeys })),
    ListTagsForResource: tagging.listing(({ resourceArn }) => resourceArn),
  });
}
