/** WebAssembly's binary format. Source: core specification 2.0, section 5. */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

/** A function of a module, whose locals are its parameters and then its variables. */
export interface CodedFunction {
  /** Under which the module exports it. */
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** How many variables of each type. */
  readonly variables: readonly (readonly [count: number, type: number])[];
  readonly instructions: readonly number[];
}

const PAGE_BYTES = 65_536;

/** A module of these functions, which exports them and its `memory`, with `data` at its start. */
export function moduleOf(
  functions: readonly CodedFunction[],
  memoryBytes: number,
  data: readonly number[],
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(results.map((type) => [type])),
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  const code = functions.map(({ variables, instructions }) =>
    sized([
      ...vector(variables.map(([count, type]) => [...unsigned(count), type])),
      ...instructions,
      0x0b,
    ]),
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0, ...unsigned(Math.ceil(memoryBytes / PAGE_BYTES))]])),
    ...section(7, vector([[...text("memory"), 2, 0], ...exported])),
    ...section(10, vector(code)),
    ...section(11, vector([[0, 0x41, 0, 0x0b, ...sized(data)]])),
  ]);
}

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

export function signed(value: number): number[] {
  const isLast = value >= -0x40 && value < 0x40;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return sized([...Buffer.from(value)]);
}
