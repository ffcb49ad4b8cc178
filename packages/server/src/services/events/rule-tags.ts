import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { requireBus } from "./arns.ts";
import { notImplemented, resourceNotFound } from "./errors.ts";
import { requireRule, tagsOf } from "./rules.ts";
import type { EventsTables, RuleRow } from "./tables.ts";

/** TagResource, UntagResource, ListTagsForResource: of rules. */
export const ruleTagOperations: OperationTable = defineOperations<typeof eventbridge>()({
  TagResource: {
    authorize: (input) => ({ action: "events:TagResource", resource: input.ResourceARN ?? "" }),
    async handle(input, context) {
      const rule = await taggedRule(input.ResourceARN, context);
      await write(rule, { ...read(rule), ...tagsOf(input.Tags) }, context);
      return {};
    },
  },
  UntagResource: {
    authorize: (input) => ({ action: "events:UntagResource", resource: input.ResourceARN ?? "" }),
    async handle(input, context) {
      const rule = await taggedRule(input.ResourceARN, context);
      const gone = new Set(input.TagKeys ?? []);
      const left = Object.entries(read(rule)).filter(([key]) => !gone.has(key));
      await write(rule, Object.fromEntries(left), context);
      return {};
    },
  },
  ListTagsForResource: {
    authorize: (input) => ({
      action: "events:ListTagsForResource",
      resource: input.ResourceARN ?? "",
    }),
    async handle(input, context) {
      const tags = read(await taggedRule(input.ResourceARN, context));
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  },
});

async function taggedRule(arn = "", context: RequestContext): Promise<RuleRow> {
  const bus = /^arn:aws:events:[^:]*:\d{12}:event-bus\/./.test(arn);
  if (bus) {
    requireBus(arn, context);
    throw notImplemented("tags of the default event bus");
  }
  const name = /^arn:aws:events:[^:]*:\d{12}:rule\/([^/]+)$/.exec(arn)?.[1];
  if (name === undefined) throw resourceNotFound(`Resource ${arn} does not exist.`);
  return requireRule(name, undefined, context);
}

function read({ tags }: RuleRow): Record<string, string> {
  const parsed: Record<string, string> = JSON.parse(tags);
  return parsed;
}

async function write(
  rule: RuleRow,
  tags: Readonly<Record<string, string>>,
  context: RequestContext,
): Promise<void> {
  await context.transaction<EventsTables, unknown>(({ db }) =>
    db
      .updateTable("events_rules")
      .set({ tags: JSON.stringify(tags) })
      .where("account_id", "=", rule.account_id)
      .where("region", "=", rule.region)
      .where("name", "=", rule.name)
      .execute(),
  );
}
