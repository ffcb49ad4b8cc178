import type { Tag } from "../../../kernel/resource-types/members.ts";

/** Conditions on objects as models have them: side by side. */
export interface Conditions {
  readonly Prefix?: string;
  readonly TagFilters?: readonly Tag[];
  readonly AccessPointArn?: string;
  readonly ObjectSizeGreaterThan?: number;
  readonly ObjectSizeLessThan?: number;
}

/** Conditions as operations have them: one, or several in `And`. */
export interface Filter extends Omit<Conditions, "TagFilters"> {
  readonly Tag?: Tag;
  readonly And?: Omit<Conditions, "TagFilters"> & { readonly Tags?: readonly Tag[] };
}

export function filterOf(conditions: Conditions): Filter | undefined {
  const { TagFilters = [], ...rest } = conditions;
  const single = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  );
  const count = Object.keys(single).length + TagFilters.length;
  if (count === 0) return undefined;
  if (count > 1) return { And: { ...single, ...(TagFilters.length > 0 && { Tags: TagFilters }) } };
  const [Tag] = TagFilters;
  return Tag ? { Tag } : single;
}

export function conditionsOf(filter: Filter | undefined): Conditions {
  if (!filter) return {};
  const { Tag, And, ...single } = filter;
  const { Tags, ...rest } = And ?? {};
  const TagFilters = Tags ?? (Tag ? [Tag] : undefined);
  const { Prefix, ...others } = { ...single, ...rest };
  return {
    ...others,
    ...(Prefix ? { Prefix } : {}),
    ...(TagFilters && TagFilters.length > 0 && { TagFilters }),
  };
}
