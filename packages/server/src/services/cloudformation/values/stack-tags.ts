import type { ResourceModel, ResourceSchema } from "../../../kernel/resources.ts";

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The properties with the stack's tags beside the resource's own, which win. */
export function withStackTags(
  properties: ResourceModel,
  { tags }: ResourceSchema,
  ofStack: Readonly<Record<string, string>>,
): ResourceModel {
  const entries = Object.entries(ofStack);
  if (!tags || entries.length === 0) return properties;
  const own = properties[tags.property];
  if (tags.form === "map")
    return { ...properties, [tags.property]: { ...ofStack, ...(own as object | undefined) } };
  const list = Array.isArray(own) ? (own as readonly Tag[]) : [];
  const keys = new Set(list.map(({ Key }) => Key));
  const added = entries.filter(([Key]) => !keys.has(Key)).map(([Key, Value]) => ({ Key, Value }));
  return { ...properties, [tags.property]: [...list, ...added] };
}
