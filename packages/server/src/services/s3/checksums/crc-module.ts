import { I32, I64, moduleOf, signed, unsigned } from "./webassembly-code.ts";

/** Bytes folded into the CRC at a step, each through a table of its own ("slicing by 16"). */
const SLICES = 16;
const TABLE_BYTES = 256 * 8;

const PAGE_BYTES = 65_536;
/** The tables are in the first page of memory, the bytes to read in the second. */
export const INPUT_AT = PAGE_BYTES;
export const INPUT_BYTES_MAX = PAGE_BYTES;

/** Source: WebAssembly core specification 1.0, section 5.4, "Instructions". */
const OP = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  br: (depth: number) => [0x0c, depth],
  brIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  i64Load: (offset: number) => [0x29, 0, ...unsigned(offset)],
  i32Load8: [0x2d, 0, 0],
  i32Const: (value: number) => [0x41, ...signed(value)],
  i64Const: (value: number) => [0x42, ...signed(value)],
  i32GeU: [0x4f],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32And: [0x71],
  i32Xor: [0x73],
  i32Shl: [0x74],
  i64Xor: [0x85],
  i64ShrU: [0x88],
  i32WrapI64: [0xa7],
} as const;

/** The function's parameters and variables. */
const CRC = 0;
const AT = 1;
const TO = 2;
const WHOLE_TO = 3;
const FIRST_WORD = 4;
const SECOND_WORD = 5;

/**
 * A WebAssembly module that exports `update(crc: i64, from: i32, to: i32): i64`, which continues a
 * reflected CRC of up to 64 bits over its `memory`: about three times faster than the best
 * JavaScript, which has no 64-bit integers but BigInt.
 */
export function crcModule(polynomial: bigint): Uint8Array<ArrayBuffer> {
  const update = {
    name: "update",
    parameters: [I64, I32, I32],
    results: [I64],
    variables: [
      [1, I32],
      [2, I64],
    ],
    instructions: body(),
  } as const;
  return moduleOf([update], INPUT_AT + INPUT_BYTES_MAX, tables(polynomial));
}

function body(): number[] {
  return [
    // wholeTo = at + ((to - at) & -16)
    ...[...OP.get(AT), ...OP.get(TO), ...OP.get(AT), ...OP.i32Sub],
    ...[...OP.i32Const(-SLICES), ...OP.i32And, ...OP.i32Add, ...OP.set(WHOLE_TO)],
    ...loopUntil(WHOLE_TO, step()),
    ...loopUntil(TO, byteStep()),
    ...OP.get(CRC),
  ];
}

function loopUntil(limit: number, instructions: number[]): number[] {
  return [
    ...[...OP.block, ...OP.loop],
    ...[...OP.get(AT), ...OP.get(limit), ...OP.i32GeU, ...OP.brIf(1)],
    ...instructions,
    ...[...OP.br(0), ...OP.end, ...OP.end],
  ];
}

/** The CRC and 16 bytes become the next CRC: the first byte through the last table, and so on. */
function step(): number[] {
  const lookups = Array.from({ length: SLICES }, (_, byte) =>
    lookup(byte < 8 ? FIRST_WORD : SECOND_WORD, byte % 8, SLICES - 1 - byte),
  );
  return [
    ...[...OP.get(CRC), ...OP.get(AT), ...OP.i64Load(0), ...OP.i64Xor, ...OP.set(FIRST_WORD)],
    ...[...OP.get(AT), ...OP.i64Load(8), ...OP.set(SECOND_WORD)],
    ...sum(lookups),
    ...OP.set(CRC),
    ...[...OP.get(AT), ...OP.i32Const(SLICES), ...OP.i32Add, ...OP.set(AT)],
  ];
}

/** As a tree: a processor computes its branches at the same time. */
function sum(terms: readonly number[][]): number[] {
  if (terms.length === 1) return terms.flat();
  const half = terms.length / 2;
  return [...sum(terms.slice(0, half)), ...sum(terms.slice(half)), ...OP.i64Xor];
}

/** Entry of a table: entries are 8 bytes apart, so the byte is shifted to stand at bit 3. */
function lookup(word: number, byte: number, table: number): number[] {
  const entry =
    byte === 0
      ? [...OP.i32WrapI64, ...OP.i32Const(3), ...OP.i32Shl]
      : [...OP.i64Const(byte * 8 - 3), ...OP.i64ShrU, ...OP.i32WrapI64];
  const masked = [...OP.i32Const(255 << 3), ...OP.i32And];
  return [...OP.get(word), ...entry, ...masked, ...OP.i64Load(table * TABLE_BYTES)];
}

function byteStep(): number[] {
  return [
    ...[...OP.get(CRC), ...OP.i64Const(8), ...OP.i64ShrU],
    ...[...OP.get(CRC), ...OP.i32WrapI64, ...OP.get(AT), ...OP.i32Load8, ...OP.i32Xor],
    ...[...OP.i32Const(255), ...OP.i32And, ...OP.i32Const(3), ...OP.i32Shl],
    ...[...OP.i64Load(0), ...OP.i64Xor, ...OP.set(CRC)],
    ...[...OP.get(AT), ...OP.i32Const(1), ...OP.i32Add, ...OP.set(AT)],
  ];
}

/** Table n has, by byte, the share in the CRC of that byte with n bytes of zeros after it. */
function tables(polynomial: bigint): number[] {
  const words = new BigUint64Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? polynomial : 0n);
    words[byte] = value;
  }
  for (let at = 256; at < words.length; at++) {
    const before = words[at - 256] ?? 0n;
    words[at] = (words[Number(before & 255n)] ?? 0n) ^ (before >> 8n);
  }
  const bytes = new DataView(new ArrayBuffer(words.byteLength));
  for (const [at, word] of words.entries()) bytes.setBigUint64(at * 8, word, true);
  return [...new Uint8Array(bytes.buffer)];
}
