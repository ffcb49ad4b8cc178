import type * as ivs from "@aws-sdk/client-ivs";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { TagOperations } from "../../../kernel/tagged-resources/tag-operations.ts";
import { decisions } from "../authorization.ts";
import { validation } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { resources } from "../rows/resources.ts";

export function tagOperations({ tags: quota }: IvsQuotas): OperationTable {
  const tagging = new TagOperations({
    ...{ arns, rows: resources, decisions, quota },
    // The operation's model knows no ServiceQuotaExceededException.
    tooMany: () => validation(`A resource can have at most ${quota} tags`),
  });
  return defineOperations<typeof ivs>()({
    TagResource: tagging.adding(({ resourceArn, tags }) => ({ resourceArn, tags })),
    UntagResource: tagging.removing(({ resourceArn, tagKeys }) => ({ resourceArn, tagKeys })),
    ListTagsForResource: tagging.listing(({ resourceArn }) => resourceArn),
  });
}
