import type { InputTransformer, Target } from "@aws-sdk/client-eventbridge";
import type { AwsEvent } from "../../../kernel/events.ts";
import { validation } from "../errors.ts";
import { checkTemplate, fillTemplate, type TemplateFacts } from "./input-template.ts";

/** `$.detail.stream_id`, `$.resources[0]`, `$.detail.items[*].id`, as recorded of AWS. */
const JSON_PATH = /^\$(?:\.[\w/-]+|\[(?:\d+|\*)\])*$/;
const STEPS = /\.([\w/-]+)|\[(\d+)\]|\[\*\]/g;
/** Source: API reference, InputTransformer: keys can't begin with it. */
const RESERVED_NAMES = "AWS";
/**
 * The values of the event that all paths of a transformer lead through: four
 * times as many as the largest event has. Following them takes some 10 ms.
 */
const VALUES_MAX = 500_000;

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
  const budget = { left: VALUES_MAX };
  const values = new Map<string, unknown>();
  for (const [name, path] of Object.entries(InputPathsMap)) {
    values.set(name, valueAt(event, path, budget));
    if (budget.left < 0) return undefined;
  }
  return fillTemplate(InputTemplate, event, values, facts);
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

/**
 * Finds the value that a path leads to; with a wildcard in it, a list of all values. Counts the
 * values on the way, and gives up when there are too many.
 */
function valueAt(event: AwsEvent, path: string, budget = { left: VALUES_MAX }): unknown {
  let values: unknown[] = [event];
  let isList = false;
  for (const [, name, index] of path.matchAll(STEPS)) {
    const key = name ?? index;
    isList ||= key === undefined;
    const next: unknown[] = [];
    for (const value of values) {
      budget.left -= follow(value, key, next);
      if (budget.left < 0) return undefined;
    }
    values = next;
  }
  return isList ? values : values[0];
}

/** Adds the member of that name, or without one all members, to `found`; tells how many it saw. */
function follow(value: unknown, key: string | undefined, found: unknown[]): number {
  if (typeof value !== "object" || value === null) return 1;
  if (key === undefined) {
    const before = found.length;
    for (const each of Array.isArray(value) ? value : Object.values(value)) found.push(each);
    return 1 + found.length - before;
  }
  if (Object.hasOwn(value, key)) found.push((value as Record<string, unknown>)[key]);
  return 1;
}
