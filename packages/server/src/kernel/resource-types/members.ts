import type { ResourceModel } from "../resources.ts";

/** The named members that have a value. */
export function pick(model: ResourceModel, names: readonly string[]): ResourceModel {
  return Object.fromEntries(
    names.flatMap((name) => (model[name] === undefined ? [] : [[name, model[name]]])),
  );
}

/** `DestinationConfiguration.S3.BucketName` → `destinationConfiguration.s3.bucketName`. */
export function camelMembers(value: unknown): unknown {
  return renamed(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

/** The way back: members begin with a capital. */
export function pascalMembers(value: unknown): unknown {
  return renamed(value, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]),
  );
}

/** A policy document as operations take it: its text. */
export function documentText(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

/** A policy document as models have it; IAM's answers encode it. */
export function documentOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  return JSON.parse(text.startsWith("%") ? decodeURIComponent(text) : text);
}

export type Tag = { readonly Key: string; readonly Value: string };

export function tagMap(tags: unknown): Record<string, string> | undefined {
  if (tags === undefined) return undefined;
  return Object.fromEntries((tags as readonly Tag[]).map(({ Key, Value }) => [Key, Value]));
}

/** Undefined where there are none: a resource without tags declares none. */
export function tagList(tags: Readonly<Record<string, string>> = {}): readonly Tag[] | undefined {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? list : undefined;
}

/** A list as a model has it: undefined where there is nothing in it. */
export function listed<Item>(list: readonly Item[] | undefined): readonly Item[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

export function listOf<Item>(value: unknown): readonly Item[] {
  return (value as readonly Item[] | undefined) ?? [];
}
