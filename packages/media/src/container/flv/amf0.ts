import { MediaError } from "../../port/media-error.ts";

/**
 * AMF0 values as they occur in RTMP commands and metadata (Adobe, "Action Message Format AMF 0",
 * 2007). Objects, ECMA arrays and typed objects all become Maps: the names come from a stranger.
 */
export type Amf0Value =
  | number
  | boolean
  | string
  | null
  | undefined
  | Date
  | Amf0Object
  | readonly Amf0Value[];
export type Amf0Object = ReadonlyMap<string, Amf0Value>;

/** Commands nest two levels; deeper than this is an attack on the stack. */
const DEPTH_MAX = 16;
/** Values in one message, nested ones included. onMetaData of OBS has about 20. */
const VALUES_MAX = 1_024;

const MARKER = {
  number: 0x00,
  boolean: 0x01,
  string: 0x02,
  object: 0x03,
  null: 0x05,
  undefined: 0x06,
  ecmaArray: 0x08,
  objectEnd: 0x09,
  strictArray: 0x0a,
  date: 0x0b,
  longString: 0x0c,
  unsupported: 0x0d,
  xmlDocument: 0x0f,
  typedObject: 0x10,
} as const;

class Amf0Reader {
  readonly #bytes: Buffer;
  #offset: number;
  #values = 0;

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  #take(length: number): number {
    const start = this.#offset;
    if (length > this.#bytes.length - start) {
      throw new MediaError("protocol", "AMF0 value is cut short");
    }
    this.#offset = start + length;
    return start;
  }

  #text(length: number): string {
    const start = this.#take(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  #shortText(): string {
    return this.#text(this.#bytes.readUInt16BE(this.#take(2)));
  }

  #longText(): string {
    return this.#text(this.#bytes.readUInt32BE(this.#take(4)));
  }

  value(depth = 0): Amf0Value {
    if (depth > DEPTH_MAX || ++this.#values > VALUES_MAX) {
      throw new MediaError("limit", "AMF0 value nests too deep or has too many members");
    }
    const marker = this.#bytes.readUInt8(this.#take(1));
    switch (marker) {
      case MARKER.number:
        return this.#bytes.readDoubleBE(this.#take(8));
      case MARKER.boolean:
        return this.#bytes.readUInt8(this.#take(1)) !== 0;
      case MARKER.string:
        return this.#shortText();
      case MARKER.longString:
      case MARKER.xmlDocument:
        return this.#longText();
      case MARKER.null:
        return null;
      case MARKER.undefined:
      case MARKER.unsupported:
        return undefined;
      case MARKER.object:
        return this.#members(depth);
      case MARKER.typedObject:
        this.#shortText();
        return this.#members(depth);
      case MARKER.ecmaArray:
        // The count is only a hint: encoders write 0 or a wrong one, so the end marker decides.
        this.#take(4);
        return this.#members(depth);
      case MARKER.strictArray:
        return this.#elements(depth);
      case MARKER.date: {
        const milliseconds = this.#bytes.readDoubleBE(this.#take(8));
        this.#take(2);
        return new Date(milliseconds);
      }
      default:
        throw new MediaError("protocol", `AMF0 marker ${marker} is unknown`);
    }
  }

  #members(depth: number): Amf0Object {
    const members = new Map<string, Amf0Value>();
    for (;;) {
      const name = this.#shortText();
      if (name === "" && this.#bytes[this.#offset] === MARKER.objectEnd) {
        this.#offset += 1;
        return members;
      }
      members.set(name, this.value(depth + 1));
    }
  }

  #elements(depth: number): Amf0Value[] {
    const count = this.#bytes.readUInt32BE(this.#take(4));
    const elements: Amf0Value[] = [];
    for (let index = 0; index < count; index += 1) {
      elements.push(this.value(depth + 1));
    }
    return elements;
  }
}

/** Reads every value from `offset` to the end. Throws MediaError `protocol` or `limit`. */
export function decodeAmf0(bytes: Buffer, offset = 0): Amf0Value[] {
  const reader = new Amf0Reader(bytes, offset);
  const values: Amf0Value[] = [];
  while (!reader.done) {
    values.push(reader.value());
  }
  return values;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function encodeValue(value: Amf0Value, into: Buffer[]): void {
  if (value === undefined) {
    into.push(Buffer.of(MARKER.undefined));
  } else if (value === null) {
    into.push(Buffer.of(MARKER.null));
  } else if (typeof value === "number") {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    into.push(bytes);
  } else if (typeof value === "boolean") {
    into.push(Buffer.of(MARKER.boolean, value ? 1 : 0));
  } else if (typeof value === "string") {
    encodeString(value, into);
  } else if (value instanceof Date) {
    const bytes = Buffer.alloc(11);
    bytes.writeUInt8(MARKER.date);
    bytes.writeDoubleBE(value.getTime(), 1);
    into.push(bytes);
  } else if (isArray(value)) {
    const head = Buffer.alloc(5);
    head.writeUInt8(MARKER.strictArray);
    head.writeUInt32BE(value.length, 1);
    into.push(head);
    for (const element of value) {
      encodeValue(element, into);
    }
  } else {
    into.push(Buffer.of(MARKER.object));
    for (const [name, member] of value) {
      into.push(encodeText(name));
      encodeValue(member, into);
    }
    into.push(Buffer.of(0, 0, MARKER.objectEnd));
  }
}

function isArray(value: Amf0Object | readonly Amf0Value[]): value is readonly Amf0Value[] {
  return Array.isArray(value);
}

function encodeString(value: string, into: Buffer[]): void {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length <= 0xffff) {
    into.push(Buffer.of(MARKER.string), encodeText(value));
    return;
  }
  const head = Buffer.alloc(5);
  head.writeUInt8(MARKER.longString);
  head.writeUInt32BE(bytes.length, 1);
  into.push(head, bytes);
}

/** Writes values one after another, as a command message's body has them. */
export function encodeAmf0(values: readonly Amf0Value[]): Buffer {
  const parts: Buffer[] = [];
  for (const value of values) {
    encodeValue(value, parts);
  }
  return Buffer.concat(parts);
}

/** A Map from a literal, for answers. */
export function amf0Object(members: Record<string, Amf0Value>): Amf0Object {
  return new Map(Object.entries(members));
}
