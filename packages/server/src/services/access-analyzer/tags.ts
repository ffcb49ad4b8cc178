import type * as sdk from "@aws-sdk/client-accessanalyzer";
import type { ContextEntries } from "../../kernel/authorization.ts";
import type { OperationHandler } from "../../kernel/operations.ts";
import { defineOperations, type OperationTable, withSubject } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { countOwnTags, refuseSystemTags, withSystemTags } from "../../kernel/system-tags.ts";
import { dbOf, onArn, requestTagKeys, resourceTagKeys, type Tags, tagsOf } from "./access.ts";
import { analyzerArn, readAnalyzerArn } from "./arns.ts";
import { invalidField, notFound } from "./errors.ts";
import { TAGS_MAX } from "./quotas.ts";
import { findAnalyzer, findAnalyzerById, updateAnalyzer } from "./rows/analyzers.ts";
import type { AccessAnalyzerTables, AnalyzerRow } from "./tables.ts";

/** Source: API reference, Tag. */
const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;

/** TagResource, UntagResource, ListTagsForResource: analyzers have tags. */
export function tagOperations(): OperationTable {
  return defineOperations<typeof sdk>()({
    TagResource: onTagged(
      "TagResource",
      ({ tags }) => requestTagKeys(tags),
      (analyzer, { tags }, context) =>
        change(analyzer, context, (before) => checkedTags(tags ?? {}, before)),
    ),
    UntagResource: onTagged(
      "UntagResource",
      ({ tagKeys }) => ({ "aws:tagkeys": tagKeys }),
      (analyzer, { tagKeys }, context) => {
        refuseReserved(tagKeys);
        return change(analyzer, context, (before) =>
          Object.fromEntries(Object.entries(before).filter(([key]) => !tagKeys.includes(key))),
        );
      },
    ),
    ListTagsForResource: onTagged(
      "ListTagsForResource",
      () => ({}),
      (analyzer) => ({ tags: { ...tagsOf(analyzer) } }),
    ),
  });
}

/** @throws ValidationException */
export function checkedTags(given: Tags, before: Tags = {}): Tags {
  const tags = { ...before, ...given };
  if (countOwnTags(tags) > TAGS_MAX)
    throw invalidField("tags", `A resource has ${TAGS_MAX} tags at most`);
  refuseReserved(Object.keys(given));
  for (const [key, value] of Object.entries(given)) {
    if (key === "" || key.length > KEY_LENGTH_MAX || value.length > VALUE_LENGTH_MAX)
      throw invalidField("tags", "A tag key has 1 to 128 characters, a value 256 at most");
  }
  return tags;
}

function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () => invalidField("tags", "Tag keys can't begin with aws:"));
}

function onTagged<Input extends { readonly resourceArn: string }, Output>(
  operation: string,
  keys: (input: Input) => ContextEntries,
  handle: (
    analyzer: AnalyzerRow,
    input: Input,
    context: RequestContext,
  ) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const name = readAnalyzerArn(input.resourceArn, "resourceArn");
      const isHere = name.accountId === context.accountId && name.region === context.region;
      const found = isHere ? await findAnalyzer(name, name.name, dbOf(context)) : undefined;
      const context_ = { ...keys(input), ...resourceTagKeys(found) };
      return { pairs: onArn(operation, analyzerArn(name), name, context_), subject: found };
    },
    handle: (input, context, found) => {
      if (!found) throw notFound("Analyzer", input.resourceArn);
      return handle(found, input, context);
    },
  });
}

function change(
  { analyzer_id: id }: AnalyzerRow,
  context: RequestContext,
  changed: (tags: Tags) => Tags,
): Promise<object> {
  return context.transaction<AccessAnalyzerTables, object>(async ({ db }) => {
    const current = await findAnalyzerById(id, db);
    if (!current) throw notFound("Analyzer", id);
    const tags = withSystemTags(changed(tagsOf(current)), context);
    await updateAnalyzer(id, { tags: JSON.stringify(tags) }, db);
    return {};
  });
}
