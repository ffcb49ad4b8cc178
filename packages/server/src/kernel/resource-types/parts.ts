import { AwsError } from "../aws-error.ts";
import type { ResourceCall, ResourceModel } from "../resources.ts";
import type { Part } from "./declare-type.ts";
import { listOf, type Tag } from "./members.ts";

interface TagOperations {
  /** The property with the tags; left out, `Tags`. */
  readonly property?: string;
  readonly isCreated?: boolean;
  tag(id: ResourceModel, tags: readonly Tag[], call: ResourceCall): Promise<unknown>;
  untag(id: ResourceModel, keys: readonly string[], call: ResourceCall): Promise<unknown>;
  read?: NonNullable<Part["read"]>;
}

/** Tags, a list of Key and Value, that operations add and remove one by one. */
export function tagsPart({
  property = "Tags",
  isCreated = true,
  ...operations
}: TagOperations): Part {
  return {
    properties: [property],
    isCreated,
    isTags: true,
    async write({ id, was, want }, call) {
      const before = listOf<Tag>(was[property]);
      const now = listOf<Tag>(want[property]);
      const gone = before.filter(({ Key }) => now.every((tag) => tag.Key !== Key));
      const set = now.filter(({ Key, Value }) =>
        before.every((tag) => tag.Key !== Key || tag.Value !== Value),
      );
      if (gone.length > 0)
        await operations.untag(
          id,
          gone.map(({ Key }) => Key),
          call,
        );
      if (set.length > 0 || call.rewritesTags) await operations.tag(id, set, call);
    },
    ...(operations.read && { read: operations.read }),
  };
}

interface Members {
  readonly property: string;
  readonly isCreated?: boolean;
  add(id: ResourceModel, member: string, call: ResourceCall): Promise<unknown>;
  remove(id: ResourceModel, member: string, call: ResourceCall): Promise<unknown>;
  /** The members as they are; left out, they can't be read back. */
  current?(id: ResourceModel, call: ResourceCall): Promise<readonly string[]>;
  /** Those that the model has go before the resource is deleted. */
  readonly isCleared?: boolean;
  /** There is room for so few that old ones go before new ones come. */
  readonly removesFirst?: boolean;
}

/** A list of names or ARNs, each added and removed by itself: attached policies, groups, users. */
export function membersPart(members: Members): Part {
  const { property, isCreated, current, isCleared, removesFirst } = members;
  return {
    properties: [property],
    ...(isCreated && { isCreated }),
    async write({ id, was, want }, call) {
      const before = listOf<string>(was[property]);
      const now = listOf<string>(want[property]);
      const gone = before.filter((name) => !now.includes(name));
      if (removesFirst) for (const name of gone) await unlessGone(members.remove(id, name, call));
      for (const name of now) if (!before.includes(name)) await members.add(id, name, call);
      if (!removesFirst) for (const name of gone) await unlessGone(members.remove(id, name, call));
    },
    ...(current && {
      read: async (id, call) => {
        const list = await current(id, call);
        return { [property]: list.length > 0 ? list : undefined };
      },
    }),
    ...(isCleared && {
      clear: async (id, call) => {
        for (const name of listOf<string>(id[property]))
          await unlessGone(members.remove(id, name, call));
      },
    }),
  };
}

/** Waits for a removal; that there was nothing to remove is no failure. */
export async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof AwsError && /^NoSuch|NotFound/.test(error.code))) throw error;
  }
}

interface PageOptions<Page> {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  /** The member of the input that the next page's token goes into. */
  readonly tokenMember: string;
  next(page: Page): string | undefined;
}

/** All pages of a list. */
export async function* pagesOf<Page>(
  { service, operation, input, tokenMember, next }: PageOptions<Page>,
  call: ResourceCall,
): AsyncIterable<Page> {
  let token: string | undefined;
  do {
    const page: Page = await call.invoke(service, operation, {
      ...input,
      ...(token === undefined ? {} : { [tokenMember]: token }),
    });
    yield page;
    token = next(page);
  } while (token !== undefined);
}
