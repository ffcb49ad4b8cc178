import assert from "node:assert";
import { NormalizedSchema } from "@smithy/core/schema";
import type {
  ErrorShape,
  HttpTrait,
  Member,
  OperationShape,
  ServiceShapes,
  Shape,
  StructureShape,
  TimestampFormat,
  Traits,
} from "./shape.ts";

/*
 * The only file that knows how `@aws-sdk/client-*` writes a schema down: arrays whose first element
 * is the kind of shape. NormalizedSchema reads most of it; operations, errors and the number of
 * required members are in slots that it doesn't show.
 */
const OPERATION_KIND = 9;
const ERROR_KIND = -3;
const REQUIRED_COUNT_SLOT = 6;

const NUMERIC_SCALARS: ReadonlyMap<
  unknown,
  "string" | "number" | "boolean" | "bigInteger" | "bigDecimal" | "document" | "blob"
> = new Map([
  [0, "string"],
  [1, "number"],
  [2, "boolean"],
  [15, "document"],
  [17, "bigInteger"],
  [19, "bigDecimal"],
  [21, "blob"],
]);
const STREAMING_BLOB = 42;
const TIMESTAMP_FORMATS: ReadonlyMap<unknown, TimestampFormat | undefined> = new Map([
  [4, undefined],
  [5, "date-time"],
  [6, "http-date"],
  [7, "epoch-seconds"],
]);

/**
 * Reads every operation and modelled error out of a client's module namespace.
 * @param floats - its floating-point numbers, see `ApiDefinition`
 */
export function readServiceShapes(
  schemas: Readonly<Record<string, unknown>>,
  floats: readonly string[] = [],
): ServiceShapes {
  const reader = new ShapeReader(floats);
  const operations: OperationShape[] = [];
  const errors = new Map<string, ErrorShape>();
  for (const value of Object.values(schemas)) {
    if (!Array.isArray(value)) continue;
    const schema: readonly unknown[] = value;
    if (schema[0] === OPERATION_KIND) operations.push(reader.operation(schema));
    if (schema[0] === ERROR_KIND) {
      const error = reader.error(schema);
      if (error === undefined) continue;
      errors.set(error.name, error);
    }
  }
  // One error's code may be another one's name.
  for (const error of [...errors.values()]) {
    if (!errors.has(error.code)) errors.set(error.code, error);
  }
  const isGiven = Object.keys(schemas).length > 0;
  assert(!isGiven || operations.length > 0, "the module given as schemas exports no operation");
  return { operations, errors };
}

class ShapeReader {
  /** Recursive shapes exist, so a shape is registered before its members are read. */
  readonly #known = new Map<unknown, Shape>();
  readonly #floats: ReadonlySet<string>;

  constructor(floats: readonly string[]) {
    this.#floats = new Set(floats);
  }

  operation(schema: readonly unknown[]): OperationShape {
    const [, , name, , input, output] = schema;
    assert(typeof name === "string", "an operation schema has no name");
    const traits = rawTraits(schema);
    const endpoint = traits.endpoint;
    // A server has many hundred operations and most are never called: each is read at its first
    // use.
    const read = (ref: unknown) => this.#structure(ref);
    return {
      name,
      http: httpTrait(traits.http),
      hostPrefix:
        Array.isArray(endpoint) && typeof endpoint[0] === "string" ? endpoint[0] : undefined,
      get input() {
        return read(input);
      },
      get output() {
        return read(output);
      },
    };
  }

  error(schema: readonly unknown[]): ErrorShape | undefined {
    const traits = rawTraits(schema);
    const fault = traits.error;
    // The service's base exception is an error without the trait: it never travels.
    if (fault !== "client" && fault !== "server") return undefined;
    const [, namespace, name] = schema;
    assert(typeof name === "string", "an error schema has no name");
    const query = traits.awsQueryError;
    const httpError = traits.httpError;
    const read = () => this.#structure(schema);
    return {
      id: `${String(namespace)}#${name}`,
      name,
      code: Array.isArray(query) && typeof query[0] === "string" ? query[0] : name,
      status: typeof httpError === "number" ? httpError : fault === "client" ? 400 : 500,
      fault,
      get structure() {
        const structure = read();
        assert(structure !== undefined, "an error schema isn't a structure");
        return structure;
      },
    };
  }

  #structure(ref: unknown): StructureShape | undefined {
    const known = this.#known.get(ref);
    if (known?.kind === "structure") return known;
    const schema = normalize(ref);
    if (schema.isUnitSchema()) return undefined;
    const shape = this.#shape(schema);
    assert(shape.kind === "structure", "an operation's input or output isn't a structure");
    return shape;
  }

  #shape(schema: NormalizedSchema, isFloat = false): Shape {
    const raw: unknown = schema.getSchema();
    const name = schema.getName() ?? "";
    if (!Array.isArray(raw)) return this.#scalar(raw, name, schema, isFloat);
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    if (schema.isStructSchema()) return this.#readStructure(raw, name, schema);
    const traits = pickTraits(schema.getOwnTraits());
    if (schema.isListSchema()) {
      const shape = { kind: "list" as const, name, traits, member: pending() };
      this.#known.set(raw, shape);
      shape.member = this.#member("member", schema.getValueSchema());
      return shape;
    }
    assert(schema.isMapSchema(), `shape ${name} is of a kind this package doesn't know`);
    const shape = { kind: "map" as const, name, traits, key: pending(), value: pending() };
    this.#known.set(raw, shape);
    shape.key = this.#member("key", schema.getKeySchema());
    shape.value = this.#member("value", schema.getValueSchema());
    return shape;
  }

  #readStructure(raw: readonly unknown[], name: string, schema: NormalizedSchema): StructureShape {
    const members: Member[] = [];
    const shape: StructureShape = {
      kind: schema.isUnionSchema() ? "union" : "structure",
      name,
      traits: pickTraits(schema.getOwnTraits()),
      members,
      eventStream: schema.getOwnTraits().streaming !== undefined,
    };
    this.#known.set(raw, shape);
    const slot = raw[REQUIRED_COUNT_SLOT];
    const requiredCount = typeof slot === "number" ? slot : 0;
    for (const [memberName, memberSchema] of schema.structIterator()) {
      const isFloat = this.#floats.has(`${name}.${memberName}`);
      const required = members.length < requiredCount;
      members.push(this.#member(memberName, memberSchema, isFloat, required));
    }
    return shape;
  }

  #scalar(raw: unknown, name: string, schema: NormalizedSchema, isFloat: boolean): Shape {
    const traits = pickTraits(schema.getOwnTraits());
    if (raw === STREAMING_BLOB) return { kind: "streamingBlob", name, traits };
    if (TIMESTAMP_FORMATS.has(raw)) {
      return { kind: "timestamp", name, traits, format: TIMESTAMP_FORMATS.get(raw) };
    }
    if (schema.isListSchema()) {
      return {
        kind: "list",
        name,
        traits,
        member: this.#member("member", schema.getValueSchema(), isFloat),
      };
    }
    if (schema.isMapSchema()) {
      const key = this.#member("key", schema.getKeySchema());
      return {
        kind: "map",
        name,
        traits,
        key,
        value: this.#member("value", schema.getValueSchema(), isFloat),
      };
    }
    const kind = NUMERIC_SCALARS.get(raw);
    assert(
      kind !== undefined,
      `scalar schema ${String(raw)} is of a kind this package doesn't know`,
    );
    return isFloat ? { kind, name, traits, isFloat } : { kind, name, traits };
  }

  #member(name: string, schema: NormalizedSchema, isFloat = false, required = false): Member {
    const traits = pickTraits(schema.getMemberTraits());
    return { name, traits, target: this.#shape(schema, isFloat), required };
  }
}

function normalize(ref: unknown): NormalizedSchema {
  return NormalizedSchema.of(ref as Parameters<typeof NormalizedSchema.of>[0]);
}

/** Placeholder of a list or map while its members, which may refer back to it, are being read. */
function pending(): Member {
  return {
    name: "",
    traits: {},
    target: { kind: "string", name: "", traits: {} },
    required: false,
  };
}

function rawTraits(schema: readonly unknown[]): Readonly<Record<string, unknown>> {
  const traits = schema[3];
  return typeof traits === "object" && traits !== null ? (traits as Record<string, unknown>) : {};
}

function httpTrait(value: unknown): HttpTrait | undefined {
  if (!Array.isArray(value)) return undefined;
  const [method, uri, status] = value as unknown[];
  assert(typeof method === "string" && typeof uri === "string", "an http trait is malformed");
  return { method, uri, status: typeof status === "number" ? status : 200 };
}

const STRING_TRAITS = [
  "xmlName",
  "jsonName",
  "httpQuery",
  "httpHeader",
  "httpPrefixHeaders",
] as const;
const FLAG_TRAITS = [
  "xmlFlattened",
  "xmlAttribute",
  "httpLabel",
  "httpQueryParams",
  "httpPayload",
  "httpResponseCode",
  "hostLabel",
  "sensitive",
  "sparse",
] as const;

function pickTraits(source: object): Traits {
  const given = source as Readonly<Record<string, unknown>>;
  const traits: Record<string, unknown> = {};
  for (const name of STRING_TRAITS) if (typeof given[name] === "string") traits[name] = given[name];
  for (const name of FLAG_TRAITS) if (given[name]) traits[name] = true;
  const namespace = given.xmlNamespace;
  if (Array.isArray(namespace)) traits.xmlNamespace = [namespace[0] ?? "", namespace[1]];
  return traits as Traits;
}
