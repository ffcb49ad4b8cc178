import assert from "node:assert";
import { MAX_LIST_ITEMS } from "../limits.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "../schema/shape.ts";
import { tooManyValues, WireError } from "../wire-error.ts";
import { isRecord, setOwn } from "./own-property.ts";

export type DocumentReader = (value: unknown) => unknown;
export type DocumentWriter = (value: unknown) => unknown;
export type LeafShape = Exclude<Shape, StructureShape | ListShape | MapShape>;

/** How one format's documents hold what has no members. */
export interface ScalarForms {
  /** The error code for a value that isn't of its member's type. */
  readonly malformedCode: string;
  reader(shape: LeafShape, memberName: string): DocumentReader;
  writer(shape: LeafShape): DocumentWriter;
}

type Select = (member: Member) => boolean;

const everyMember: Select = () => true;

/**
 * Compiles shapes into functions between a parsed document (JSON, CBOR) and the SDK's types.
 * Unknown members are dropped.
 */
export class DocumentCodec {
  readonly #scalars: ScalarForms;
  readonly #useJsonNames: boolean;
  readonly #readers = new Map<StructureShape, DocumentReader>();
  readonly #writers = new Map<StructureShape, DocumentWriter>();

  constructor(
    scalars: ScalarForms,
    { useJsonNames = true }: { readonly useJsonNames?: boolean } = {},
  ) {
    this.#scalars = scalars;
    this.#useJsonNames = useJsonNames;
  }

  reader(shape: Shape, name: string): DocumentReader {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#sharedReader(shape);
      case "list": {
        const read = this.reader(shape.member.target, name);
        return (value) => {
          if (!Array.isArray(value)) return wrongType(this.#scalars.malformedCode, value, "a list");
          if (value.length > MAX_LIST_ITEMS) throw tooManyValues(this.#scalars.malformedCode);
          return value.filter((item) => item !== null).map(read);
        };
      }
      case "map": {
        const read = this.reader(shape.value.target, name);
        return (value) => {
          if (!isRecord(value)) return wrongType(this.#scalars.malformedCode, value, "a map");
          const map: Record<string, unknown> = {};
          const entries = Object.entries(value);
          if (entries.length > MAX_LIST_ITEMS) throw tooManyValues(this.#scalars.malformedCode);
          for (const [key, item] of entries) {
            if (item !== null) setOwn(map, key, read(item));
          }
          return map;
        };
      }
      default:
        return this.#scalars.reader(shape, name);
    }
  }

  structureReader(shape: StructureShape, include: Select = everyMember): DocumentReader {
    const members = shape.members.filter(include).map((member) => ({
      name: member.name,
      wireName: this.wireName(member),
      read: this.reader(member.target, member.name),
    }));
    return (value) => {
      if (!isRecord(value)) return wrongType(this.#scalars.malformedCode, value, "a structure");
      const structure: Record<string, unknown> = {};
      for (const { name, wireName, read } of members) {
        if (!Object.hasOwn(value, wireName)) continue;
        const item = value[wireName];
        if (item !== null) structure[name] = read(item);
      }
      return structure;
    };
  }

  #sharedReader(shape: StructureShape): DocumentReader {
    const known = this.#readers.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    let compiled: DocumentReader | undefined;
    const reader: DocumentReader = (value) => (compiled ??= this.structureReader(shape))(value);
    this.#readers.set(shape, reader);
    return reader;
  }

  writer(shape: Shape): DocumentWriter {
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
      default:
        return this.#scalars.writer(shape);
    }
  }

  structureWriter(shape: StructureShape, include: Select = everyMember): DocumentWriter {
    const members = shape.members.filter(include).map((member) => ({
      name: member.name,
      wireName: this.wireName(member),
      write: this.writer(member.target),
    }));
    return (value) => {
      assert(isRecord(value), `structure ${shape.name} isn't an object`);
      const document: Record<string, unknown> = {};
      for (const { name, wireName, write } of members) {
        const item = value[name];
        if (item !== undefined && item !== null) document[wireName] = write(item);
      }
      return document;
    };
  }

  #sharedWriter(shape: StructureShape): DocumentWriter {
    const known = this.#writers.get(shape);
    if (known !== undefined) return known;
    let compiled: DocumentWriter | undefined;
    const writer: DocumentWriter = (value) => (compiled ??= this.structureWriter(shape))(value);
    this.#writers.set(shape, writer);
    return writer;
  }

  /** The name of a member in documents. */
  wireName({ name, traits }: Member): string {
    return this.#useJsonNames ? (traits.jsonName ?? name) : name;
  }
}

export function wrongType(code: string, value: unknown, expected: string): never {
  const found = Array.isArray(value) ? "LIST" : isRecord(value) ? "MAP" : typeof value;
  throw new WireError(code, `${found.toUpperCase()}_VALUE cannot be converted to ${expected}`);
}
