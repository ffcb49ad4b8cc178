import type { Part } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, listOf } from "../../../kernel/resource-types/members.ts";
import {
  membersPart,
  pagesOf,
  tagsPart,
  unlessGone,
} from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";

/** Calls an operation of IAM. */
export function iam<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("iam", operation, input);
}

interface Page {
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
}

/** All items of a list of IAM's. */
export async function* iamItems<Item>(
  call: ResourceCall,
  operation: string,
  input: object,
  member: string,
): AsyncIterable<Item> {
  const next = ({ IsTruncated, Marker }: Page) => (IsTruncated ? Marker : undefined);
  const options = { service: "iam", operation, input, tokenMember: "Marker", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    yield* listOf<Item>(page[member]);
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A kind of identity: the noun in operations' names, and the member that names it. */
export type Identity = "Role" | "User" | "Group";

/** `ManagedPolicyArns`: detached before the identity is deleted. */
export function attachedPolicies(noun: Identity): Part {
  const named = (id: ResourceModel) => ({ [`${noun}Name`]: id[`${noun}Name`] });
  return membersPart({
    property: "ManagedPolicyArns",
    add: (id, PolicyArn, call) => iam(call, `Attach${noun}Policy`, { ...named(id), PolicyArn }),
    remove: (id, PolicyArn, call) => iam(call, `Detach${noun}Policy`, { ...named(id), PolicyArn }),
    current: async (id, call) => {
      const operation = `ListAttached${noun}Policies`;
      const items = iamItems<{ PolicyArn: string }>(call, operation, named(id), "AttachedPolicies");
      return (await all(items)).map(({ PolicyArn }) => PolicyArn);
    },
    isCleared: true,
  });
}

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

/** `Policies`, the inline ones: removed before the identity is deleted. */
export function inlinePolicies(noun: Identity): Part {
  const named = (id: ResourceModel) => ({ [`${noun}Name`]: id[`${noun}Name`] });
  const names = (id: ResourceModel, call: ResourceCall) =>
    all(iamItems<string>(call, `List${noun}Policies`, named(id), "PolicyNames"));
  const remove = (id: ResourceModel, PolicyName: string, call: ResourceCall) =>
    iam(call, `Delete${noun}Policy`, { ...named(id), PolicyName });
  return {
    properties: ["Policies"],
    async write({ id, was, want }, call) {
      const now = listOf<InlinePolicy>(want.Policies);
      for (const { PolicyName, PolicyDocument } of now) {
        const document = documentText(PolicyDocument);
        await iam(call, `Put${noun}Policy`, {
          ...named(id),
          PolicyName,
          PolicyDocument: document,
        });
      }
      for (const { PolicyName } of listOf<InlinePolicy>(was.Policies))
        if (now.every((policy) => policy.PolicyName !== PolicyName))
          await remove(id, PolicyName, call);
    },
    async read(id, call) {
      const policies: InlinePolicy[] = [];
      for (const PolicyName of await names(id, call)) {
        const input = { ...named(id), PolicyName };
        const found = await iam<{ PolicyDocument: string }>(call, `Get${noun}Policy`, input);
        policies.push({ PolicyName, PolicyDocument: documentOf(found.PolicyDocument) });
      }
      return { Policies: policies.length > 0 ? policies : undefined };
    },
    async clear(id, call) {
      for (const { PolicyName } of listOf<InlinePolicy>(id.Policies))
        await unlessGone(remove(id, PolicyName, call));
    },
  };
}

export function permissionsBoundary(noun: "Role" | "User"): Part {
  const named = (id: ResourceModel) => ({ [`${noun}Name`]: id[`${noun}Name`] });
  return {
    properties: ["PermissionsBoundary"],
    isCreated: true,
    async write({ id, want: { PermissionsBoundary } }, call) {
      if (PermissionsBoundary === undefined)
        await iam(call, `Delete${noun}PermissionsBoundary`, named(id));
      else await iam(call, `Put${noun}PermissionsBoundary`, { ...named(id), PermissionsBoundary });
    },
  };
}

/** Tags by `Tag<noun>` and `Untag<noun>`, which name the resource by `member`. */
export function iamTags(
  noun: string,
  member: string,
  property: string = member,
  read?: NonNullable<Part["read"]>,
): Part {
  const named = (id: ResourceModel) => ({ [member]: id[property] });
  return tagsPart({
    tag: (id, Tags, call) => iam(call, `Tag${noun}`, { ...named(id), Tags }),
    untag: (id, TagKeys, call) => iam(call, `Untag${noun}`, { ...named(id), TagKeys }),
    ...(read && { read }),
  });
}
