import { listOf } from "../../../kernel/resource-types/members.ts";
import { pagesOf } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall } from "../../../kernel/resources.ts";

export function events<Output>(
  call: ResourceCall,
  operation: string,
  input: object,
): Promise<Output> {
  return call.invoke<Output>("events", operation, input);
}

interface Page {
  readonly NextToken?: string;
}

export async function* eventsItems<Item>(
  call: ResourceCall,
  operation: string,
  input: object,
  member: string,
): AsyncIterable<Item> {
  const next = ({ NextToken }: Page) => NextToken;
  const options = { service: "events", operation, input, tokenMember: "NextToken", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    yield* listOf<Item>(page[member]);
}
