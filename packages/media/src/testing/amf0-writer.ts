/** AMF0 values as an encoder writes them, from the format's specification alone. */

export function amfNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

export function amfBoolean(value: boolean): Buffer {
  return Buffer.of(1, value ? 1 : 0);
}

export function amfString(value: string): Buffer {
  return Buffer.concat([Buffer.of(2), name(value)]);
}

export const amfNull = Buffer.of(5);

export function amfObject(members: Readonly<Record<string, Buffer>>): Buffer {
  return Buffer.concat([Buffer.of(3), ...named(members)]);
}

/** OBS says 20 whatever there are. */
export function amfEcmaArray(members: Readonly<Record<string, Buffer>>): Buffer {
  return Buffer.concat([Buffer.of(8, 0, 0, 0, 20), ...named(members)]);
}

export function amfStrictArray(values: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(10, 0, 0, 0, values.length), ...values]);
}

function named(members: Readonly<Record<string, Buffer>>): Buffer[] {
  const all = Object.entries(members).flatMap(([key, value]) => [name(key), value]);
  return [...all, Buffer.of(0, 0, 9)];
}

function name(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}
