import type { Part } from "../../../kernel/resource-types/declare-type.ts";
import { listed } from "../../../kernel/resource-types/members.ts";
import { tagsPart } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";
import { events } from "./events-calls.ts";

/** The tags of a rule or a bus. */
export function eventsTags(options: {
  readonly isCreated: boolean;
  arnOf(id: ResourceModel, call: ResourceCall): string;
}): Part {
  const { isCreated, arnOf } = options;
  return tagsPart({
    isCreated,
    tag: (id, Tags, call) => events(call, "TagResource", { ResourceARN: arnOf(id, call), Tags }),
    untag: (id, TagKeys, call) =>
      events(call, "UntagResource", { ResourceARN: arnOf(id, call), TagKeys }),
    async read(id, call) {
      const input = { ResourceARN: arnOf(id, call) };
      const found = await events<{ Tags?: readonly unknown[] }>(call, "ListTagsForResource", input);
      return { Tags: listed(found.Tags) };
    },
  });
}
