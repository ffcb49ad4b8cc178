import type { ContextEntries } from "../authorization.ts";
import type { AwsError } from "../aws-error.ts";
import { type OperationHandler, withSubject } from "../operations.ts";
import type { RequestContext } from "../request-context.ts";
import type { Tables } from "../store.ts";
import { countOwnTags, withSystemTags } from "../system-tags.ts";
import { type ResourceDecisions, requestTagKeys } from "./decisions.ts";
import type { ResourceArns } from "./resource-arns.ts";
import type { ResourceRow, TaggedRows } from "./tagged-rows.ts";
import { readTags, type Tags, writeTags } from "./tags.ts";

interface TagOperationParts<
  T extends Tables,
  Rows extends { readonly [Type in keyof Rows]: ResourceRow },
> {
  readonly arns: ResourceArns<keyof Rows & string>;
  readonly rows: TaggedRows<T, Rows>;
  readonly decisions: ResourceDecisions<T, Rows>;
  /** Tags of one resource. */
  readonly quota: number;
  tooMany(quota: number): AwsError;
}

/** TagResource, UntagResource, ListTagsForResource: the same for every resource with tags. */
export class TagOperations<
  T extends Tables,
  Rows extends { readonly [Type in keyof Rows]: ResourceRow },
> {
  readonly #parts: TagOperationParts<T, Rows>;

  constructor(parts: TagOperationParts<T, Rows>) {
    this.#parts = parts;
  }

  /** TagResource: adds tags and changes values. Throws beyond the quota. */
  adding<Input>(
    read: (input: Input) => { readonly resourceArn: string; readonly tags: Tags },
  ): OperationHandler<Input, object> {
    const { rows, quota, tooMany } = this.#parts;
    return withSubject({
      authorize: (input: Input, context) => {
        const { resourceArn, tags } = read(input);
        return this.#decide(resourceArn, context, requestTagKeys(tags));
      },
      handle: (input, context, subject) => {
        const { resourceArn, tags: added } = read(input);
        rows.refuseReservedTags(Object.keys(added));
        return this.#change(resourceArn, subject, context, (tags) => {
          const all = { ...tags, ...added };
          if (countOwnTags(all) > quota) throw tooMany(quota);
          return all;
        });
      },
    });
  }

  /** UntagResource: keys that the resource lacks are no error. */
  removing<Input>(
    read: (input: Input) => { readonly resourceArn: string; readonly tagKeys: readonly string[] },
  ): OperationHandler<Input, object> {
    const { rows } = this.#parts;
    return withSubject({
      authorize: (input: Input, context) => {
        const { resourceArn, tagKeys } = read(input);
        return this.#decide(resourceArn, context, { "aws:tagkeys": tagKeys });
      },
      handle: (input, context, subject) => {
        const { resourceArn, tagKeys } = read(input);
        rows.refuseReservedTags(tagKeys);
        const removed = new Set(tagKeys);
        return this.#change(resourceArn, subject, context, (tags) =>
          Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
        );
      },
    });
  }

  /** ListTagsForResource. */
  listing<Input>(
    arnOf: (input: Input) => string,
  ): OperationHandler<Input, { tags: Record<string, string> }> {
    return withSubject({
      authorize: (input: Input, context) => this.#decide(arnOf(input), context),
      handle: (input, _context, row) => {
        if (!row) throw this.#parts.rows.notFound(arnOf(input));
        return { tags: readTags(row.tags) };
      },
    });
  }

  async #decide(arn: string, context: RequestContext, keys?: ContextEntries) {
    const { rows, decisions } = this.#parts;
    const row = await rows.find(arn, context);
    return { pairs: decisions.onRow(context.operation, arn, row, keys), subject: row };
  }

  async #change(
    arn: string,
    subject: ResourceRow | undefined,
    context: RequestContext,
    changed: (tags: Tags) => Tags,
  ): Promise<object> {
    const { arns, rows } = this.#parts;
    const type = arns.parse(arn)?.type;
    if (type === undefined) throw rows.notFound(arn);
    const decided = rows.own(type, arn, subject, context);
    await context.transaction<T, void>(async ({ db }) => {
      const row: ResourceRow = await rows.current(type, decided, db);
      const tags = withSystemTags(changed(readTags(row.tags)), context);
      await rows.setTags(type, decided, writeTags(tags), db);
    });
    return {};
  }
}
