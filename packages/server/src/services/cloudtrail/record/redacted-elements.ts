import type { Member, Shape, StructureShape } from "@rolecast/wire";
import type { AuditFacts } from "../../../kernel/audit-facts.ts";
import { quoted } from "../../../kernel/json-text.ts";

/** What CloudTrail writes where a secret was. */
const HIDDEN = '"HIDDEN_DUE_TO_SECURITY_REASONS"';

/** Writes a value that isn't null as JSON; undefined for what is left out. */
type Write = (value: unknown) => string | undefined;

/**
 * Compiles shapes into functions that write a value as JSON, as a record's requestParameters or
 * responseElements show it: names begin in lower case, secrets are hidden, bytes are left out.
 */
export class RedactedElements {
  readonly #facts: AuditFacts;
  readonly #secret: ReadonlySet<string>;
  readonly #structures = new Map<StructureShape, Write>();

  constructor(facts: AuditFacts) {
    this.#facts = facts;
    this.#secret = new Set(facts.secretMembers);
  }

  structure(shape: StructureShape): Write {
    const known = this.#structures.get(shape);
    if (known) return known;
    // Registered first, since shapes may be recursive.
    let compiled: Write | undefined;
    const write: Write = (value) => (compiled ??= this.#compile(shape))(value);
    this.#structures.set(shape, write);
    return write;
  }

  #compile(shape: StructureShape): Write {
    const members = shape.members.map((member) => ({
      name: member.name,
      begin: `${quoted(this.#shownName(member.name))}:`,
      write: this.#member(member),
    }));
    return (value) => {
      const given = value as Readonly<Record<string, unknown>>;
      let elements = "";
      for (const { name, begin, write } of members) {
        const item = given[name];
        const written = item === undefined || item === null ? undefined : write(item);
        if (written !== undefined) elements += (elements === "" ? "{" : ",") + begin + written;
      }
      return elements === "" ? "{}" : `${elements}}`;
    };
  }

  #shownName(name: string): string {
    const own = this.#facts.memberNames;
    if (own && Object.hasOwn(own, name)) return own[name] ?? name;
    return name.charAt(0).toLowerCase() + name.slice(1);
  }

  #member({ name, traits, target }: Member): Write {
    const secret = traits.sensitive || target.traits.sensitive || this.#secret.has(name);
    return secret && target.kind !== "blob" ? () => HIDDEN : this.#value(target);
  }

  #value(shape: Shape): Write {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list": {
        const write = this.#member(shape.member);
        const writeItem = (item: unknown) =>
          (item === undefined || item === null ? undefined : write(item)) ?? "null";
        return (value) => `[${(value as readonly unknown[]).map(writeItem).join(",")}]`;
      }
      case "map": {
        const write = this.#member(shape.value);
        const writeEntry = ([key, item]: readonly [string, unknown]) => {
          const written = item === undefined || item === null ? item : write(item);
          return written === undefined ? [] : `${quoted(key)}:${written}`;
        };
        return (value) =>
          `{${Object.entries(value as object)
            .flatMap(writeEntry)
            .join(",")}}`;
      }
      case "timestamp":
        return (value) => dateText(value as Date);
      case "blob":
      case "streamingBlob":
        return () => undefined;
      case "bigInteger":
      case "bigDecimal":
        return (value) => quoted(String(value));
      case "string":
        return (value) => quoted(value as string);
      case "boolean":
      case "number":
      case "document":
        return (value) => JSON.stringify(value);
      default:
        return shape satisfies never;
    }
  }
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** Most records of one second say the same. */
let lastSeconds = Number.NaN;
let lastText = "";

/** `"Oct 23, 2019 10:45:41 PM"`, as records show dates inside of parameters and answers. */
function dateText(date: Date): string {
  const seconds = Math.floor(date.getTime() / 1000);
  if (seconds === lastSeconds) return lastText;
  lastSeconds = seconds;
  const two = (number: number) => String(number).padStart(2, "0");
  const hours = date.getUTCHours();
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  const time = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  lastText = `"${day} ${time} ${hours < 12 ? "AM" : "PM"}"`;
  return lastText;
}
