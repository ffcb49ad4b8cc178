import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";
import { indentFlow } from "./flow-indentation.ts";
import type { NoteKey } from "./key-offsets.ts";
import { MAX_NESTING } from "./limits.ts";
import { functionError } from "./template-error.ts";
import { isList, type Value } from "./value.ts";
import { plainScalar } from "./yaml-scalars.ts";

/** Says that a text isn't YAML that CloudFormation takes, and from which character on. */
export class YamlSyntaxError extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("not YAML");
    this.offset = offset;
  }
}

/**
 * Reads YAML 1.1 with CloudFormation's short tags. The last of equal keys counts.
 *
 * @throws YamlSyntaxError, with the place at which the text isn't YAML.
 * @throws TemplateError if it has an alias.
 */
export function readYaml(text: string, noteKey?: NoteKey): Value {
  refuseSecondDocument(text);
  const { read, events, offsetBefore } = eventsOf(text);
  const note: NoteKey | undefined =
    noteKey && ((map, key, offset) => noteKey(map, key, offsetBefore(offset)));
  try {
    return new YamlReader(read, events, note).read();
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw new YamlSyntaxError(offsetBefore(error.offset));
    throw error;
  }
}

/** A document's begin or end: nothing else has these at the beginning of a line. */
const MARKERS = /^(?:---|\.\.\.)(?=\s|$)/gm;

/** Refuses a text of several documents before they are read. */
function refuseSecondDocument(text: string): void {
  const seen = new Set<string>();
  for (const { 0: marker, index } of text.matchAll(MARKERS)) {
    if (seen.has(marker)) throw new YamlSyntaxError(index);
    seen.add(marker);
  }
}

/** The events of a text as the parser has read it, and the way back to places in the given one. */
interface ParsedText {
  readonly read: string;
  readonly events: readonly Event[];
  readonly offsetBefore: (offset: number) => number;
}

/** Reads a text as it stands, or else with the indentation that only the parser asks for. */
function eventsOf(text: string): ParsedText {
  try {
    return { read: text, events: parse(text), offsetBefore: (offset) => offset };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const indented = indentFlow(text);
    if (!indented) throw error;
    const { text: read, offsetBefore } = indented;
    try {
      return { read, events: parse(read), offsetBefore };
    } catch (other) {
      if (!(other instanceof YamlSyntaxError)) throw other;
      throw new YamlSyntaxError(offsetBefore(other.offset));
    }
  }
}

function parse(text: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_NESTING });
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlSyntaxError(error.mark?.position ?? 0);
    throw error;
  }
}

/** Short tags that take a name other than `Fn::` and their own. */
const NAMED = new Map([
  ["!Ref", "Ref"],
  ["!Condition", "Condition"],
]);
const FUNCTIONS = new Set(
  (
    "GetAtt Sub Join Select Split If Equals And Or Not FindInMap ImportValue Base64 Cidr GetAZs " +
    "Transform Length ToJsonString ForEach Contains EachMemberEquals EachMemberIn RefAll ValueOf " +
    "ValueOfAll GetStackOutput"
  ).split(" "),
);
/** Tags of YAML itself; CloudFormation takes those that say what JSON can. */
const PLAIN_TAGS = new Set(["!!str", "!!map", "!!seq", "!!int", "!!float", "!!bool", "!!null"]);

class YamlReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #noteKey: NoteKey | undefined;
  #next = 0;

  constructor(text: string, events: readonly Event[], noteKey: NoteKey | undefined) {
    this.#text = text;
    this.#events = events;
    this.#noteKey = noteKey;
  }

  read(): Value {
    // A text of comments alone has no document.
    if (this.#take() === undefined) return null;
    const value = this.#peek()?.type === EVENT_ID.POP ? null : this.#value();
    this.#take();
    if (this.#next < this.#events.length) throw new YamlSyntaxError(this.#text.length);
    return value;
  }

  #peek(): Event | undefined {
    return this.#events[this.#next];
  }

  #take(): Event | undefined {
    return this.#events[this.#next++];
  }

  #value(): Value {
    const event = this.#take();
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#tagged(event.tagStart, event.tagEnd, () => this.#scalar(event));
      case EVENT_ID.SEQUENCE:
        return this.#tagged(event.tagStart, event.tagEnd, () => this.#list());
      case EVENT_ID.MAPPING:
        return this.#tagged(event.tagStart, event.tagEnd, () => this.#map());
      default:
        throw functionError("YAML aliases are not allowed in CloudFormation templates");
    }
  }

  #scalar(event: ScalarEvent): Value {
    const text = event.valueStart < 0 ? "" : getScalarValue(this.#text, event);
    const explicit = this.#text.slice(event.tagStart, event.tagEnd) === "!!str";
    const plain = event.style === SCALAR_STYLE.PLAIN && !explicit;
    return plain ? plainScalar(text) : text;
  }

  #list(): Value {
    const items: Value[] = [];
    while (this.#peek()?.type !== EVENT_ID.POP) items.push(this.#value());
    this.#take();
    return items;
  }

  #map(): Value {
    const pairs: [string, Value][] = [];
    const offsets: number[] = [];
    while (this.#peek()?.type !== EVENT_ID.POP) {
      const event = this.#peek();
      const offset = event?.type === EVENT_ID.SCALAR ? event.valueStart : 0;
      const key = this.#value();
      if (typeof key === "object" && key !== null) throw new YamlSyntaxError(offset);
      offsets.push(offset);
      pairs.push([String(key), this.#value()]);
    }
    this.#take();
    const map = Object.fromEntries(pairs);
    const noteKey = this.#noteKey;
    if (noteKey) pairs.forEach(([key], index) => void noteKey(map, key, offsets[index] ?? 0));
    return map;
  }

  /** Writes a short tag out as the function that it stands for. */
  #tagged(start: number, end: number, read: () => Value): Value {
    if (start < 0) return read();
    const tag = this.#text.slice(start, end);
    if (PLAIN_TAGS.has(tag)) return read();
    const named = NAMED.get(tag);
    if (named !== undefined) return { [named]: read() };
    const name = tag.slice(1);
    if (!FUNCTIONS.has(name)) throw new YamlSyntaxError(start);
    const value = read();
    return { [`Fn::${name}`]: name === "GetAtt" ? attributeName(value) : value };
  }
}

/** `!GetAtt A.B.C` names the attribute `B.C` of `A`. */
function attributeName(value: Value): Value {
  if (isList(value) || typeof value !== "string") return value;
  const dot = value.indexOf(".");
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}
