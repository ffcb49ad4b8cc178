import assert from "node:assert";
import type { Member, Shape, StructureShape } from "../schema/shape.ts";
import type { DocumentCodec } from "./compile-document.ts";
import { floatText } from "./number-text.ts";
import { isRecord } from "./own-property.ts";
import type { TextRules } from "./scalar-text.ts";

/** Writes a value of the SDK's types as JSON. */
export type JsonWriter = (value: unknown) => string;

type Select = (member: Member) => boolean;

const everyMember: Select = () => true;

/**
 * Compiles shapes into functions that write JSON. JSON.stringify writes a whole number as an
 * integer, whatever the model calls it: what may hold floating-point numbers is written here, and
 * everything else by the codec and JSON.stringify, which is quicker for it.
 */
export class JsonTextWriters {
  readonly #codec: DocumentCodec;
  readonly #rules: TextRules;
  readonly #structures = new Map<StructureShape, JsonWriter>();

  constructor(codec: DocumentCodec, rules: TextRules) {
    this.#codec = codec;
    this.#rules = rules;
  }

  structure(shape: StructureShape, include: Select = everyMember): JsonWriter {
    if (!this.#holdsFloats(shape)) {
      const write = this.#codec.structureWriter(shape, include);
      return (value) => JSON.stringify(write(value));
    }
    const members = shape.members.filter(include).map((member) => ({
      name: member.name,
      start: `${JSON.stringify(this.#codec.wireName(member))}:`,
      write: this.#writer(member.target),
    }));
    return (value) => {
      assert(isRecord(value), `structure ${shape.name} isn't an object`);
      let text = "";
      for (const { name, start, write } of members) {
        const item = value[name];
        if (item === undefined || item === null) continue;
        text += (text === "" ? start : `,${start}`) + write(item);
      }
      return `{${text}}`;
    };
  }

  #shared(shape: StructureShape): JsonWriter {
    const known = this.#structures.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    let compiled: JsonWriter | undefined;
    const writer: JsonWriter = (value) => (compiled ??= this.structure(shape))(value);
    this.#structures.set(shape, writer);
    return writer;
  }

  #writer(shape: Shape): JsonWriter {
    if (!this.#holdsFloats(shape)) {
      const write = this.#codec.writer(shape);
      return (value) => JSON.stringify(write(value)) ?? "null";
    }
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#shared(shape);
      case "list": {
        const write = this.#writer(shape.member.target);
        return (value) => {
          assert(Array.isArray(value), `list ${shape.name} isn't an array`);
          return `[${value.map(write).join(",")}]`;
        };
      }
      case "map": {
        const write = this.#writer(shape.value.target);
        return (value) => {
          assert(isRecord(value), `map ${shape.name} isn't an object`);
          const entries = Object.entries(value).flatMap(([key, item]) =>
            item === undefined || item === null ? [] : [`${JSON.stringify(key)}:${write(item)}`],
          );
          return `{${entries.join(",")}}`;
        };
      }
      case "timestamp": {
        // Only those in seconds hold a floating-point number.
        return (value) => {
          assert(value instanceof Date, "a timestamp member isn't a Date");
          return floatText(value.getTime() / 1000);
        };
      }
      default:
        // JSON has no numbers that aren't finite: they are text.
        return (value) =>
          Number.isFinite(value) ? floatText(Number(value)) : JSON.stringify(String(value));
    }
  }

  #holdsFloats(shape: Shape, seen = new Set<Shape>()): boolean {
    if (seen.has(shape)) return false;
    seen.add(shape);
    switch (shape.kind) {
      case "structure":
      case "union":
        return shape.members.some(({ target }) => this.#holdsFloats(target, seen));
      case "list":
        return this.#holdsFloats(shape.member.target, seen);
      case "map":
        return this.#holdsFloats(shape.value.target, seen);
      case "timestamp":
        return (shape.format ?? this.#rules.timestampFormat) === "epoch-seconds";
      default:
        return shape.kind === "number" && shape.isFloat === true;
    }
  }
}
