import type * as eventbridge from "@aws-sdk/client-eventbridge";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { withSystemTags } from "../../kernel/system-tags.ts";
import {
  type BusPlace,
  busArn,
  busOfArn,
  DEFAULT_BUS,
  locationOf,
  ruleArn,
  ruleNameOf,
  rulePath,
} from "./arns.ts";
import { resourceNotFound } from "./errors.ts";
import { changeBus, requireBusRow } from "./rows/buses.ts";
import { requireRule } from "./rows/rules.ts";
import { checkedTags, refuseReserved } from "./rule-tags.ts";
import type { EventsTables, RuleRow } from "./tables.ts";

type Tags = Readonly<Record<string, string>>;

/** A rule or a bus with its tags. */
interface Tagged {
  readonly tags: Tags;
  write(tags: Tags): Promise<unknown>;
}

/** TagResource, UntagResource, ListTagsForResource: of rules and of event buses. */
export const tagOperations: OperationTable = defineOperations<typeof eventbridge>()({
  TagResource: {
    authorize: (input) => ({ action: "events:TagResource", resource: input.ResourceARN }),
    async handle(input, context) {
      const { tags, write } = await taggedResource(input.ResourceARN, context);
      await write(withSystemTags(checkedTags(input.Tags, tags), context));
      return {};
    },
  },
  UntagResource: {
    authorize: (input) => ({ action: "events:UntagResource", resource: input.ResourceARN }),
    async handle(input, context) {
      refuseReserved(input.TagKeys);
      const { tags, write } = await taggedResource(input.ResourceARN, context);
      const gone = new Set(input.TagKeys);
      const kept = Object.entries(tags).filter(([key]) => !gone.has(key));
      await write(withSystemTags(Object.fromEntries(kept), context));
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
  const place = locationOf(context);
  const bus = busOfArn(arn);
  if (bus && arn === busArn({ ...place, name: bus.name })) return taggedBus(bus, context);
  const [, path = ""] = /:rule\/(.+)$/.exec(arn) ?? [];
  const name = ruleNameOf(path);
  const busName = path === name ? DEFAULT_BUS : path.slice(0, -name.length - 1);
  // The policies were asked about this very ARN: it must not stand for a rule of another place.
  if (path === "" || arn !== ruleArn(place, rulePath(busName, name)))
    throw resourceNotFound(`Resource ${arn} does not exist.`);
  return taggedRule(await requireRule(name, busName, context), context);
}

function taggedRule(rule: RuleRow, context: RequestContext): Tagged {
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

async function taggedBus(bus: BusPlace, context: RequestContext): Promise<Tagged> {
  const { tags } = await requireBusRow(bus, context.db<EventsTables>());
  return {
    tags: parse(tags),
    write: (given) => changeBus(bus, context, () => ({ tags: JSON.stringify(given) })),
  };
}

function parse(json: string): Tags {
  const tags: Tags = JSON.parse(json);
  return tags;
}
