import type { InputTransformer, Target } from "@aws-sdk/client-eventbridge";
import type { AwsEvent } from "../../../kernel/events.ts";
import { validation } from "../errors.ts";

/** Variables that every template knows. Source: EventBridge user guide, "Input transformation". */
export interface TemplateFacts {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly nowIso: string;
}

/**
 * `$.detail.stream_id`, `$.resources[0]`, `$['detail-type']`, `$.detail.items[*].id`. Source: EventBridge user guide,
 * "Input transformation": what a path may have.
 */
const JSON_PATH = /^\$(?:\.[\w/-]+|\.\*|\[(?:\d+|\*)\]|\['[^']+'\])*$/;
const STEPS = /\.([\w/-]+)|\[(\d+)\]|\['([^']+)'\]|\.\*|\[\*\]/g;
/** Source: API reference, InputTransformer: keys can't begin with it. */
const RESERVED_NAMES = "AWS";

/** What a target is sent of an event: all of it, a part, a constant or a filled-in template. */
export function transformInput(target: Target, event: AwsEvent, facts: TemplateFacts): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined)
    return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  const { InputTransformer: transformer } = target;
  if (!transformer) return JSON.stringify(event);
  return fill(transformer, event, facts);
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
  for (const [, name = ""] of InputTemplate.matchAll(/<([^<>\s]+)>/g)) {
    if (!Object.hasOwn(InputPathsMap, name) && !name.startsWith("aws.events.")) {
      throw validation(
        `InputTemplate for target ${targetId} contains invalid placeholder ${name}.`,
      );
    }
  }
}

function fill(transformer: InputTransformer, event: AwsEvent, facts: TemplateFacts): string {
  const { InputPathsMap = {}, InputTemplate = "" } = transformer;
  const values = new Map<string, unknown>([
    ["aws.events.rule-arn", facts.ruleArn],
    ["aws.events.rule-name", facts.ruleName],
    ["aws.events.event.ingestion-time", facts.nowIso],
    ["aws.events.event", { ...event, detail: undefined }],
    ["aws.events.event.json", event],
  ]);
  for (const [name, path] of Object.entries(InputPathsMap)) values.set(name, valueAt(event, path));
  let inString = false;
  // Inside a JSON string a value's text goes in, elsewhere its JSON.
  return InputTemplate.replaceAll(/\\.|"|<([^<>\s]+)>/g, (found, name: string | undefined) => {
    if (found === '"') inString = !inString;
    if (name === undefined) return found;
    const value = values.get(name);
    if (!inString) return JSON.stringify(value ?? "");
    const text =
      typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}

/** What a path leads to; with a wildcard in it, a list of all that it does. */
function valueAt(event: AwsEvent, path: string): unknown {
  let values: unknown[] = [event];
  let isList = false;
  for (const [, name, index, quoted] of path.matchAll(STEPS)) {
    const key = name ?? quoted ?? index;
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
