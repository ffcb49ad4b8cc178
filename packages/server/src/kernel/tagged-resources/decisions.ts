import { parseArn } from "../arn.ts";
import type { Authorization, ContextEntries } from "../authorization.ts";
import { namedKeys } from "../named-condition-keys.ts";
import { type OperationHandler, withSubject } from "../operations.ts";
import type { RequestContext } from "../request-context.ts";
import type { Tables } from "../store.ts";
import type { ResourceArns } from "./resource-arns.ts";
import type { ResourceRow, TaggedRows } from "./tagged-rows.ts";
import { readTags, type Tags } from "./tags.ts";

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that brings tags. */
export function requestTagKeys(tags: Tags | undefined): ContextEntries {
  if (tags === undefined) return {};
  return {
    ...namedKeys("aws:requesttag/", Object.entries(tags)),
    "aws:tagkeys": Object.keys(tags),
  };
}

/** `aws:ResourceTag/…` of a resource's row. */
export function resourceTagKeys(row: ResourceRow | undefined): ContextEntries {
  return row ? namedKeys("aws:resourcetag/", Object.entries(readTags(row.tags))) : {};
}

/** Says which pairs operations on a service's resources need. Actions are `<prefix>:<name>`. */
export class ResourceDecisions<
  T extends Tables,
  Rows extends { readonly [Type in keyof Rows]: ResourceRow },
> {
  readonly #prefix: string;
  readonly #arns: ResourceArns<keyof Rows & string>;
  readonly #rows: TaggedRows<T, Rows>;

  constructor(prefix: string, arns: ResourceArns<keyof Rows & string>, rows: TaggedRows<T, Rows>) {
    this.#prefix = prefix;
    this.#arns = arns;
    this.#rows = rows;
  }

  /** For an action on resources that don't exist yet, or on all of a type. */
  onAny(
    action: string,
    type: keyof Rows & string,
    context: RequestContext,
    keys: ContextEntries = {},
  ): Authorization {
    const resource = this.#arns.arn(context, type, "*");
    return { action: `${this.#prefix}:${action}`, resource, context: keys };
  }

  /**
   * For an action on one resource, with its tags as condition keys. One that doesn't exist is
   * decided without tags, so that callers who may not see it can't tell that it's missing.
   */
  async onResource(
    action: string,
    arn: string,
    context: RequestContext,
    keys: ContextEntries = {},
  ): Promise<Authorization> {
    return this.onRow(action, arn, await this.#rows.find(arn, context), keys);
  }

  /** The same for a resource whose row was found; undefined where there is none. */
  onRow(
    action: string,
    arn: string,
    row: ResourceRow | undefined,
    keys: ContextEntries = {},
  ): Authorization {
    const owner = parseArn(arn)?.accountId;
    return {
      action: `${this.#prefix}:${action}`,
      resource: arn,
      ...(owner ? { resourceAccountId: owner } : {}),
      context: { ...keys, ...resourceTagKeys(row) },
    };
  }

  /**
   * An operation that is decided on the resource that its input names, and handled with the row
   * that was decided on. A resource that is missing, or another account's, is answered as not
   * found, but only after the decision.
   */
  operation<Type extends keyof Rows & string, Input, Output>(
    type: Type,
    arnOf: (input: Input) => string,
    handle: (row: Rows[Type], input: Input, context: RequestContext) => Promise<Output> | Output,
  ): OperationHandler<Input, Output> {
    return withSubject({
      authorize: async (input: Input, context) => {
        const arn = arnOf(input);
        const row = await this.#rows.find(arn, context);
        return { pairs: this.onRow(context.operation, arn, row), subject: row };
      },
      handle: (input, context, row) =>
        handle(this.#rows.own(type, arnOf(input), row, context), input, context),
    });
  }
}
