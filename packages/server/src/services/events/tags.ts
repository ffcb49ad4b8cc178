import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { parseArn } from "../../kernel/arn.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { locationOf, requireBus, ruleArn } from "./arns.ts";
import { resourceNotFound } from "./errors.ts";
import { requireRule } from "./rows/rules.ts";
import { tagsOf } from "./rule-authorization.ts";
import type { EventsTables } from "./tables.ts";

type Tags = Readonly<Record<string, string>>;

/** A rule, or the default bus, with its tags. */
interface Tagged {
  readonly tags: Tags;
  write(tags: Tags): Promise<unknown>;
}

/** TagResource, UntagResource, ListTagsForResource: of rules and of the default bus. */
export const tagOperations: OperationTable = defineOperations<typeof eventbridge>()({
  TagResource: {
    authorize: (input) => ({ action: "events:TagResource", resource: input.ResourceARN }),
    async handle(input, context) {
      const { tags, write } = await taggedResource(input.ResourceARN, context);
      await write({ ...tags, ...tagsOf(input.Tags) });
      return {};
    },
  },
  UntagResource: {
    authorize: (input) => ({ action: "events:UntagResource", resource: input.ResourceARN }),
    async handle(input, context) {
      const { tags, write } = await taggedResource(input.ResourceARN, context);
      const gone = new Set(input.TagKeys);
      await write(Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
      return {};
    },
  },
  ListTagsForResource: {
    authorize: (input) => ({
      action: "events:ListTagsForResource",
      resource: input.ResourceARN,
    }),
    async handle(input, context) {
      const { tags } = await taggedResource(input.ResourceARN, context);
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  },
});

/** @throws ResourceNotFoundException */
async function taggedResource(arn: string, context: RequestContext): Promise<Tagged> {
  if (parseArn(arn)?.resource.startsWith("event-bus/")) {
    requireBus(arn, context);
    return taggedBus(context);
  }
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  // The policies were asked about this very ARN: it must not stand for a rule of another place.
  if (arn !== ruleArn(locationOf(context), name))
    throw resourceNotFound(`Resource ${arn} does not exist.`);
  return taggedRule(name, context);
}

async function taggedRule(name: string, context: RequestContext): Promise<Tagged> {
  const rule = await requireRule(name, undefined, context);
  return {
    tags: parse(rule.tags),
    write: (tags) =>
      context.transaction<EventsTables, unknown>(({ db }) =>
        db
          .updateTable("events_rules")
          .set({ tags: JSON.stringify(tags) })
          .where("account_id", "=", rule.account_id)
          .where("region", "=", rule.region)
          .where("name", "=", rule.name)
          .execute(),
      ),
  };
}

/** The default bus is there without a row, which it has once it has had tags. */
async function taggedBus(context: RequestContext): Promise<Tagged> {
  const place = locationOf(context);
  const row = await context
    .db<EventsTables>()
    .selectFrom("events_bus_tags")
    .select("tags")
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .executeTakeFirst();
  return {
    tags: parse(row?.tags ?? "{}"),
    write: (given) => {
      const tags = JSON.stringify(given);
      return context.transaction<EventsTables, unknown>(({ db }) =>
        db
          .insertInto("events_bus_tags")
          .values({ ...place, tags })
          .onConflict((conflict) =>
            conflict.columns(["account_id", "region"]).doUpdateSet({ tags }),
          )
          .execute(),
      );
    },
  };
}

function parse(json: string): Tags {
  const tags: Tags = JSON.parse(json);
  return tags;
}
