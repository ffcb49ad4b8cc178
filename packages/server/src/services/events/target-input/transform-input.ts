import type { InputTransformer, Target } from "@aws-sdk/client-eventbridge";
import type { AwsEvent } from "../../../kernel/events.ts";
import { validation } from "../errors.ts";
import { checkTemplate, fillTemplate, type TemplateFacts } from "./input-template.ts";

/** `$.detail.stream_id`, `$.resources[0]`, `$.detail.items[*].id`, as recorded of AWS. */
const JSON_PATH = /^\$(?:\.[\w/-]+|\[(?:\d+|\*)\])*$/;
const STEPS = /\.([\w/-]+)|\[(\d+)\]|\[\*\]/g;
/** Source: API reference, InputTransformer: keys can't begin with it. */
const RESERVED_NAMES = "AWS";

/** True if a target is sent events as they are. */
export function isSentWhole({ Input, InputPath, InputTransformer }: Target): boolean {
  return Input === undefined && InputPath === undefined && InputTransformer === undefined;
}

/**
 * Makes the input that a target is sent: all of an event, a part, a constant or a filled-in
 * template. Undefined if that would be too long.
 */
export function transformInput(
  target: Target,
  event: AwsEvent,
  facts: TemplateFacts,
): string | undefined {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined)
    return JSON.stringify(target.InputPath === "" ? {} : (valueAt(event, target.InputPath) ?? {}));
  const { InputTransformer: transformer } = target;
  if (!transformer) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate = "" } = transformer;
  const values = Object.entries(InputPathsMap).map(
    ([name, path]) => [name, valueAt(event, path)] as const,
  );
  return fillTemplate(InputTemplate, event, new Map(values), facts);
}

/** Throws ValidationException for a path that could never be followed. */
export function checkPath(path: string, targetId: string): void {
  if (!JSON_PATH.test(path)) throw validation(`InputPath for target ${targetId} is invalid.`);
}

/** Throws ValidationException for a transformer that could never be filled in. */
export function checkTransformer(transformer: InputTransformer, targetId: string): void {
  const { InputPathsMap = {}, InputTemplate = "" } = transformer;
  for (const [name, path] of Object.entries(InputPathsMap)) {
    if (name.startsWith(RESERVED_NAMES))
      throw validation(
        `InputPathsMap for target ${targetId} has the name ${name}: names can't begin with "${RESERVED_NAMES}".`,
      );
    checkPath(path, targetId);
  }
  checkTemplate(InputTemplate, Object.keys(InputPathsMap), targetId);
}

/** Finds the value that a path leads to; with a wildcard in it, a list of all values. */
function valueAt(event: AwsEvent, path: string): unknown {
  let values: unknown[] = [event];
  let isList = false;
  for (const [, name, index] of path.matchAll(STEPS)) {
    const key = name ?? index;
    isList ||= key === undefined;
    values = values.flatMap((value) => within(value, key));
  }
  return isList ? values : values[0];
}

/** The member of that name, or without one all of them. */
function within(value: unknown, key: string | undefined): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (key === undefined) return Object.values(value);
  return Object.hasOwn(value, key) ? [(value as Record<string, unknown>)[key]] : [];
}
