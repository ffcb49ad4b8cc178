import assert from "node:assert";
import type { Member, Shape, StructureShape } from "../schema/shape.ts";
import { WireError } from "../wire-error.ts";
import { isRecord, setOwn } from "./own-property.ts";
import { compileTextReader, compileTextWriter, type TextRules } from "./scalar-text.ts";

export type JsonReader = (value: unknown) => unknown;
export type JsonWriter = (value: unknown) => unknown;
type Select = (member: Member) => boolean;

const everyMember: Select = () => true;

/**
 * Compiles shapes into functions between parsed JSON and the SDK's types. Unknown members are
 * dropped.
 */
export class JsonCodec {
  readonly #rules: TextRules;
  readonly #useJsonNames: boolean;
  readonly #readers = new Map<StructureShape, JsonReader>();
  readonly #writers = new Map<StructureShape, JsonWriter>();

  constructor(rules: TextRules, { useJsonNames = true }: { readonly useJsonNames?: boolean } = {}) {
    this.#rules = rules;
    this.#useJsonNames = useJsonNames;
  }

  reader(shape: Shape, name: string): JsonReader {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#sharedReader(shape);
      case "list": {
        const read = this.reader(shape.member.target, name);
        return (value) => {
          if (!Array.isArray(value)) return this.#wrongType(value, "a list");
          return value.filter((item) => item !== null).map(read);
        };
      }
      case "map": {
        const read = this.reader(shape.value.target, name);
        return (value) => {
          if (!isRecord(value)) return this.#wrongType(value, "a map");
          const map: Record<string, unknown> = {};
          for (const [key, item] of Object.entries(value)) {
            if (item !== null) setOwn(map, key, read(item));
          }
          return map;
        };
      }
      default:
        return this.#scalarReader(shape, name);
    }
  }

  structureReader(shape: StructureShape, include: Select = everyMember): JsonReader {
    const members = shape.members.filter(include).map((member) => ({
      name: member.name,
      wireName: this.#wireName(member),
      read: this.reader(member.target, member.name),
    }));
    return (value) => {
      if (!isRecord(value)) return this.#wrongType(value, "a structure");
      const structure: Record<string, unknown> = {};
      for (const { name, wireName, read } of members) {
        if (!Object.hasOwn(value, wireName)) continue;
        const item = value[wireName];
        if (item !== null) structure[name] = read(item);
      }
      return structure;
    };
  }

  #sharedReader(shape: StructureShape): JsonReader {
    const known = this.#readers.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    let compiled: JsonReader | undefined;
    const reader: JsonReader = (value) => (compiled ??= this.structureReader(shape))(value);
    this.#readers.set(shape, reader);
    return reader;
  }

  #scalarReader(shape: Shape, name: string): JsonReader {
    switch (shape.kind) {
      case "string":
        return (value) => (typeof value === "string" ? value : this.#wrongType(value, "a String"));
      case "boolean":
        return (value) =>
          typeof value === "boolean" ? value : this.#wrongType(value, "a Boolean");
      case "number": {
        const special = compileTextReader(shape, name, this.#rules);
        return (value) => {
          if (typeof value === "number") return value;
          const named = value === "NaN" || value === "Infinity" || value === "-Infinity";
          return named ? special(value) : this.#wrongType(value, "a Number");
        };
      }
      case "timestamp":
      case "blob":
      case "bigInteger":
      case "bigDecimal": {
        const read = compileTextReader(shape, name, this.#rules);
        return (value) => {
          if (typeof value === "string") return read(value);
          if (typeof value === "number" && shape.kind !== "blob") return read(String(value));
          return this.#wrongType(value, `a ${shape.kind}`);
        };
      }
      case "document":
        return (value) => value;
      default:
        return assert.fail(`${shape.kind} ${shape.name} has no form in JSON`);
    }
  }

  #wrongType(value: unknown, expected: string): never {
    const found = Array.isArray(value) ? "LIST" : isRecord(value) ? "MAP" : typeof value;
    throw new WireError(
      this.#rules.malformedCode,
      `${found.toUpperCase()}_VALUE cannot be converted to ${expected}`,
    );
  }

  writer(shape: Shape): JsonWriter {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#sharedWriter(shape);
      case "list": {
        const write = this.writer(shape.member.target);
        return (value) => {
          assert(Array.isArray(value), `list ${shape.name} isn't an array`);
          return value.map(write);
        };
      }
      case "map": {
        const write = this.writer(shape.value.target);
        return (value) => {
          assert(isRecord(value), `map ${shape.name} isn't an object`);
          const map: Record<string, unknown> = {};
          for (const [key, item] of Object.entries(value)) {
            if (item !== undefined && item !== null) setOwn(map, key, write(item));
          }
          return map;
        };
      }
      case "timestamp": {
        const write = compileTextWriter(shape, this.#rules);
        const isNumber = (shape.format ?? this.#rules.timestampFormat) === "epoch-seconds";
        return isNumber ? (value) => Number(write(value)) : write;
      }
      case "blob":
      case "streamingBlob":
      case "bigInteger":
      case "bigDecimal":
        return compileTextWriter(shape, this.#rules);
      case "number":
        return (value) => (Number.isFinite(value) ? value : String(value));
      case "string":
      case "boolean":
      case "document":
        return (value) => value;
      default:
        return shape satisfies never;
    }
  }

  structureWriter(shape: StructureShape, include: Select = everyMember): JsonWriter {
    const members = shape.members.filter(include).map((member) => ({
      name: member.name,
      wireName: this.#wireName(member),
      write: this.writer(member.target),
    }));
    return (value) => {
      assert(isRecord(value), `structure ${shape.name} isn't an object`);
      const json: Record<string, unknown> = {};
      for (const { name, wireName, write } of members) {
        const item = value[name];
        if (item !== undefined && item !== null) json[wireName] = write(item);
      }
      return json;
    };
  }

  #sharedWriter(shape: StructureShape): JsonWriter {
    const known = this.#writers.get(shape);
    if (known !== undefined) return known;
    let compiled: JsonWriter | undefined;
    const writer: JsonWriter = (value) => (compiled ??= this.structureWriter(shape))(value);
    this.#writers.set(shape, writer);
    return writer;
  }

  #wireName({ name, traits }: Member): string {
    return this.#useJsonNames ? (traits.jsonName ?? name) : name;
  }
}
