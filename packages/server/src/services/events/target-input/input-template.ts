import type { AwsEvent } from "../../../kernel/events.ts";
import { validation } from "../errors.ts";
import { jsonErrorPlace, readSendable } from "./target-json.ts";

/** Variables that every template knows. Source: EventBridge user guide, "Input transformation". */
export interface TemplateFacts {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly nowIso: string;
}

/** Variables of the whole event: they stand for a member's value, only in an object's template. */
const EVENT_VARIABLES: readonly string[] = ["aws.events.event", "aws.events.event.json"];
const PREDEFINED = "aws.events.";
/** Four times the largest event. AWS doesn't publish its own limit. */
const INPUT_LENGTH_MAX = 1024 * 1024;

/** A piece of a template: text as it is, or a variable, within a JSON string or not. */
type Piece = string | { readonly name: string; readonly isQuoted: boolean };

/** Throws ValidationException for a template that can't be filled in with the paths' `names`. */
export function checkTemplate(template: string, names: readonly string[], targetId: string): void {
  const pieces = piecesOf(template);
  const sample = pieces.map((piece) => (typeof piece === "string" ? piece : "null")).join("");
  if (!readSendable(sample))
    throw validation(`Invalid InputTemplate for target ${targetId} : ${jsonErrorPlace(sample)}.`);
  for (const piece of pieces) {
    if (typeof piece === "string") continue;
    // Without any paths AWS takes what looks like a variable for text.
    if (names.length > 0 && !names.includes(piece.name) && !piece.name.startsWith(PREDEFINED)) {
      throw validation(
        `InputTemplate for target ${targetId} contains invalid placeholder ${piece.name}.`,
      );
    }
    if (EVENT_VARIABLES.includes(piece.name) && (piece.isQuoted || !isOfObject(template))) {
      throw validation(
        `InputTemplate for target ${targetId} contains placeholder ${piece.name} valid only for JSON template.`,
      );
    }
  }
  if (hasVariableInKey(pieces))
    throw validation(
      `InputTemplate placeholder present as a JSON object key for target ${targetId}.`,
    );
}

/**
 * Fills in a template's variables, as recorded of AWS. In an object the values are JSON, and a
 * string's text within strings; in any other template they are plain text without quotes, which
 * needn't result in JSON. Undefined if it would be too long: a template may name a large value
 * thousands of times.
 */
export function fillTemplate(
  template: string,
  event: AwsEvent,
  values: ReadonlyMap<string, unknown>,
  facts: TemplateFacts,
): string | undefined {
  const known = new Map<string, unknown>([
    ...values,
    // Last: an event's own values never stand for these.
    ["aws.events.rule-arn", facts.ruleArn],
    ["aws.events.rule-name", facts.ruleName],
    ["aws.events.event.ingestion-time", facts.nowIso],
    ["aws.events.event", headerOf(event)],
    ["aws.events.event.json", event],
  ]);
  const render = isOfObject(template) ? inObject : inText;
  const rendered = new Map<string, string>();
  let filled = "";
  for (const piece of piecesOf(template)) {
    filled += typeof piece === "string" ? piece : textOf(piece);
    if (filled.length > INPUT_LENGTH_MAX) return undefined;
  }
  return filled;

  function textOf({ name, isQuoted }: Exclude<Piece, string>): string {
    if (!known.has(name)) return `<${name}>`;
    const key = `${isQuoted} ${name}`;
    const text = rendered.get(key) ?? render(known.get(name), isQuoted);
    rendered.set(key, text);
    return text;
  }
}

function inObject(value: unknown, isQuoted: boolean): string {
  if (!isQuoted) return JSON.stringify(value ?? (value === null ? null : ""));
  if (value === undefined) return "";
  const json = JSON.stringify(value);
  return typeof value === "string" ? json.slice(1, -1) : json;
}

function inText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "");
}

/** The event without its detail, in the names and the order of that variable. */
function headerOf(event: AwsEvent) {
  const { id, account, time, source, region, resources, version } = event;
  const header = { id, account, detailType: event["detail-type"], time: Date.parse(time) };
  return { ...header, source, region, resources, version };
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let isQuoted = false;
  for (const [found, name] of template.matchAll(
    /\\.|"|<([^<>\s]+)>|(?:(?!<[^<>\s]+>)[^\\"])+|\\/gs,
  )) {
    if (found === '"') isQuoted = !isQuoted;
    pieces.push(name === undefined ? found : { name, isQuoted });
  }
  return pieces;
}

function isOfObject(template: string): boolean {
  return template.trimStart().startsWith("{");
}

/** Whether there is a variable in a string that is followed by a colon. */
function hasVariableInKey(pieces: readonly Piece[]): boolean {
  let isInString = false;
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece !== "string") isInString ||= piece.isQuoted;
    if (piece !== '"') continue;
    const next = pieces[index + 1];
    if (isInString && typeof next === "string" && next.trimStart().startsWith(":")) return true;
    isInString = false;
  }
  return false;
}
