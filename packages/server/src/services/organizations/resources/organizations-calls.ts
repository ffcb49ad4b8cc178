import { AwsError } from "../../../kernel/aws-error.ts";
import type { Part } from "../../../kernel/resource-types/declare-type.ts";
import { listed, listOf } from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";

export function organizations<Output>(
  call: ResourceCall,
  operation: string,
  input: object,
): Promise<Output> {
  return call.invoke<Output>("organizations", operation, input);
}

interface Page {
  readonly NextToken?: string;
}

export async function itemsOf<Item>(
  call: ResourceCall,
  operation: string,
  input: object,
  member: string,
): Promise<readonly Item[]> {
  const next = ({ NextToken }: Page) => NextToken;
  const options = { service: "organizations", operation, input, tokenMember: "NextToken", next };
  const found: Item[] = [];
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    found.push(...listOf<Item>(page[member]));
  return found;
}

/**
 * A list that ends where the service says by an error of this code that there is none, as AWS's
 * handlers of AWS::Organizations::Organization and ResourcePolicy end theirs.
 */
export async function* unlessNone(
  code: string,
  list: AsyncIterable<ResourceModel>,
): AsyncIterable<ResourceModel> {
  try {
    yield* list;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== code) throw error;
  }
}

/** Tags of what has `property` as its id. */
export function organizationsTags(property: string): Part {
  return tagsPart({
    tag: (id, Tags, call) => organizations(call, "TagResource", { ResourceId: id[property], Tags }),
    untag: (id, TagKeys, call) =>
      organizations(call, "UntagResource", { ResourceId: id[property], TagKeys }),
    async read(id, call) {
      const input = { ResourceId: id[property] };
      return { Tags: listed(await itemsOf(call, "ListTagsForResource", input, "Tags")) };
    },
  });
}
