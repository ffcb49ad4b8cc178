import { MAX_CBOR_DEPTH, MAX_DOCUMENT_VALUES } from "../limits.ts";
import { tooManyValues, WireError } from "../wire-error.ts";
import { setOwn } from "./own-property.ts";

/*
 * CBOR (RFC 8949) as far as Smithy RPC v2 uses it. The SDK brings a reader too, made for answers
 * of a service that it trusts: a few bytes can make it allocate without bound.
 */
const MAJOR = { positive: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;
const INDEFINITE = 31;
const BREAK = 0xff;
const FALSE = 0xf4;
const TRUE = 0xf5;
const FLOAT64 = 0xfb;
const EPOCH_TAG = 1;
const MALFORMED = "SerializationException";
/** Lists and maps end with a break, as in AWS's own answers, and don't say their lengths. */
const OPEN_LIST = Buffer.of((MAJOR.list << 5) | INDEFINITE);
const OPEN_MAP = Buffer.of((MAJOR.map << 5) | INDEFINITE);
const END = Buffer.of(BREAK);

/** The value that a document holds; throws WireError when it holds none, or more than one. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes);
  const value = reader.value(0);
  reader.end();
  return value;
}

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;
  #valuesLeft = MAX_DOCUMENT_VALUES;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) malformed();
  }

  value(depth: number): unknown {
    if (depth > MAX_CBOR_DEPTH) malformed();
    const head = this.#byte();
    const minor = head & 31;
    const major = head >> 5;
    if (major >= MAJOR.bytes && major <= MAJOR.map) this.#countValue();
    switch (major) {
      case MAJOR.positive:
        return this.#argument(minor);
      case MAJOR.negative:
        return negative(this.#argument(minor));
      case MAJOR.bytes:
        return new Uint8Array(this.#string(MAJOR.bytes, minor));
      case MAJOR.text:
        return this.#string(MAJOR.text, minor).toString("utf8");
      case MAJOR.list:
        return this.#list(minor, depth);
      case MAJOR.map:
        return this.#map(minor, depth);
      case MAJOR.tag:
        return tagged(this.#argument(minor), this.value(depth + 1));
      default:
        return this.#simple(minor);
    }
  }

  /** Numbers are cheap, and PutMetricData may have many. */
  #countValue(): void {
    if (this.#valuesLeft === 0) throw tooManyValues(MALFORMED);
    this.#valuesLeft -= 1;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return malformed();
    this.#at += 1;
    return byte;
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) malformed();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #argument(minor: number): number | bigint {
    if (minor < 24) return minor;
    if (minor === 24) return this.#byte();
    if (minor === 25) return this.#take(2).readUInt16BE();
    if (minor === 26) return this.#take(4).readUInt32BE();
    if (minor !== 27) return malformed();
    const long = this.#take(8).readBigUInt64BE();
    return long > BigInt(Number.MAX_SAFE_INTEGER) ? long : Number(long);
  }

  /** The number of items that follow; undefined: until a break. It can't exceed the bytes left. */
  #count(minor: number): number | undefined {
    if (minor === INDEFINITE) return undefined;
    const count = Number(this.#argument(minor));
    return count > this.#bytes.length - this.#at ? malformed() : count;
  }

  #string(major: number, minor: number): Buffer {
    const length = this.#count(minor);
    if (length !== undefined) return this.#take(length);
    const parts: Buffer[] = [];
    while (!this.#breaks()) parts.push(this.#part(major));
    return Buffer.concat(parts);
  }

  #part(major: number): Buffer {
    const head = this.#byte();
    this.#countValue();
    const length = head >> 5 === major ? this.#count(head & 31) : undefined;
    return length === undefined ? malformed() : this.#take(length);
  }

  #list(minor: number, depth: number): unknown[] {
    const list: unknown[] = [];
    for (const _ of this.#items(minor)) list.push(this.value(depth + 1));
    return list;
  }

  #map(minor: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const _ of this.#items(minor)) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") return malformed();
      setOwn(map, key, this.value(depth + 1));
    }
    return map;
  }

  *#items(minor: number): Generator<void> {
    const count = this.#count(minor);
    if (count === undefined) while (!this.#breaks()) yield;
    else for (let read = 0; read < count; read++) yield;
  }

  #breaks(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }

  #simple(minor: number): unknown {
    switch (minor) {
      case FALSE & 31:
        return false;
      case TRUE & 31:
        return true;
      case 22: // null
      case 23: // undefined
        return null;
      case 25:
        return float16(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default:
        return malformed();
    }
  }
}

function malformed(): never {
  throw new WireError(MALFORMED, "The request body is not valid CBOR.");
}

function negative(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? -1n - value : -1 - value;
}

/** Smithy has receivers ignore the tags that they don't know. */
function tagged(tag: number | bigint, value: unknown): unknown {
  if (tag !== EPOCH_TAG) return value;
  const date = typeof value === "number" ? new Date(Math.round(value * 1000)) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? malformed() : date;
}

function float16(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A number that is written as a floating-point one, whole or not. */
export class CborFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value as a document: numbers, text, booleans, bytes, Dates, and lists and maps of them. */
export function encodeCbor(value: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Uint8Array[]): void {
  if (typeof value === "string") writeString(MAJOR.text, Buffer.from(value), parts);
  else if (value instanceof Uint8Array) writeString(MAJOR.bytes, value, parts);
  else if (typeof value === "number") writeNumber(value, parts);
  else if (value instanceof CborFloat) writeFloat(value.value, parts);
  else if (typeof value === "boolean") parts.push(Buffer.of(value ? TRUE : FALSE));
  else if (value instanceof Date) {
    parts.push(head(MAJOR.tag, EPOCH_TAG));
    writeFloat(value.getTime() / 1000, parts);
  } else if (Array.isArray(value)) {
    parts.push(OPEN_LIST);
    for (const item of value) write(item, parts);
    parts.push(END);
  } else if (typeof value === "object" && value !== null) {
    parts.push(OPEN_MAP);
    for (const [name, member] of Object.entries(value)) {
      write(name, parts);
      write(member, parts);
    }
    parts.push(END);
  } else throw new TypeError(`${typeof value} has no form in CBOR`);
}

function writeString(major: number, bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(head(major, bytes.length), bytes);
}

function writeNumber(value: number, parts: Uint8Array[]): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    parts.push(value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.positive, value));
    return;
  }
  writeFloat(value, parts);
}

function writeFloat(value: number, parts: Uint8Array[]): void {
  const float = Buffer.alloc(9);
  float.writeUInt8(FLOAT64);
  float.writeDoubleBE(value, 1);
  parts.push(float);
}

/** The first bytes of an item: its major type, and its argument in as few bytes as hold it. */
function head(major: number, argument: number): Uint8Array {
  const type = major << 5;
  if (argument < 24) return Buffer.of(type | argument);
  if (argument < 0x100) return Buffer.of(type | 24, argument);
  const bytes = Buffer.alloc(argument < 0x10000 ? 3 : argument < 0x100000000 ? 5 : 9);
  if (bytes.length === 3) bytes.writeUInt16BE(argument, 1);
  else if (bytes.length === 5) bytes.writeUInt32BE(argument, 1);
  else bytes.writeBigUInt64BE(BigInt(argument), 1);
  bytes.writeUInt8(type | (24 + Math.log2(bytes.length - 1)));
  return bytes;
}
