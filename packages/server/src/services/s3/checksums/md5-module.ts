import { I32, moduleOf, signed, unsigned, V128 } from "./webassembly-code.ts";

/** Bodies whose blocks are digested at once, each in a lane of the vector instructions. */
export const LANES = 4;
/** The state's four words, of each the lanes' values side by side. */
export const STATE_AT = 0;
/** The lanes' bytes, one lane after the other. */
export const LANES_AT = 1024;
export const LANE_BYTES = 32 * 1024;

const WORD_BYTES = 4;
const VECTOR_BYTES = LANES * WORD_BYTES;
const BLOCK_BYTES = 64;
const WORDS = 16;
const STEPS = 64;
/** Source: RFC 1321, section 3.4. */
const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
const SINES = Array.from({ length: STEPS }, (_, step) =>
  Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32),
);

type Code = readonly number[];

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const i32 = (value: number): Code => [0x41, ...signed(value | 0)];
const I32_ADD = 0x6a;
const vectorOp = (code: number): Code => [0xfd, ...unsigned(code)];
const bytesOf = (value: number): Code => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** The instructions on words: of one lane, or of all at once. */
interface Words {
  readonly type: number;
  readonly add: Code;
  readonly and: Code;
  readonly or: Code;
  readonly xor: Code;
  readonly not: Code;
  constant(value: number): Code;
  load(offset: number): Code;
  store(offset: number): Code;
  /** Rotates what is in the local, to the left. */
  rotate(local: number, bits: number): Code;
}

const ONE: Words = {
  type: I32,
  add: [I32_ADD],
  and: [0x71],
  or: [0x72],
  xor: [0x73],
  not: [...i32(-1), 0x73],
  constant: i32,
  load: (offset) => [0x28, 2, ...unsigned(offset)],
  store: (offset) => [0x36, 2, ...unsigned(offset)],
  rotate: (local, bits) => [...get(local), ...i32(bits), 0x77],
};

const ALL: Words = {
  type: V128,
  add: vectorOp(174),
  and: vectorOp(78),
  or: vectorOp(80),
  xor: vectorOp(81),
  not: vectorOp(77),
  constant: (value) => [...vectorOp(12), ...Array(LANES).fill(bytesOf(value)).flat()],
  load: (offset) => [...vectorOp(0), 4, ...unsigned(offset)],
  store: (offset) => [...vectorOp(11), 4, ...unsigned(offset)],
  rotate: (local, bits) => [
    ...[...get(local), ...i32(bits), ...vectorOp(171)],
    ...[...get(local), ...i32(32 - bits), ...vectorOp(173), ...vectorOp(80)],
  ],
};

/** Both functions' parameters, and their variables. */
const STATE = 0;
const INPUT = 1;
const BLOCKS = 2;
const NOW = [3, 4, 5, 6] as const;
const BEFORE = [7, 8, 9, 10] as const;
const SUM = 11;
const WORD = 12;
const ROW = WORD + WORDS;

/**
 * A WebAssembly module that continues MD5s over its `memory`, by `blocks` of 64 bytes:
 * `one(state, input, blocks)` one lane's, `all(state, input, blocks)` those of all lanes. `state`
 * and `input` are the places of the first lane that is meant. One MD5 can't be computed in parallel
 * and takes 1.3 ms for a MiB, here as in OpenSSL; of four at once each takes a third of that.
 */
export function md5Module(): Uint8Array<ArrayBuffer> {
  const parameters = [I32, I32, I32];
  const one = {
    name: "one",
    variables: [[9, I32]] as const,
    instructions: digest(ONE, [], (index) => [...get(INPUT), ...ONE.load(index * WORD_BYTES)]),
  };
  const all = {
    name: "all",
    variables: [[9 + WORDS + LANES, V128]] as const,
    instructions: digest(ALL, transposed(), (index) => get(WORD + index)),
  };
  const functions = [one, all].map((each) => ({ ...each, parameters, results: [] }));
  return moduleOf(functions, LANES_AT + LANES * LANE_BYTES, []);
}

/** `prepare` runs for each block; `word` puts one of its words on the stack. */
function digest(words: Words, prepare: Code, word: (index: number) => Code): Code {
  return [
    ...NOW.flatMap((local, at) => [
      ...[...get(STATE), ...words.load(at * VECTOR_BYTES), ...set(local)],
    ]),
    ...[0x02, 0x40, 0x03, 0x40, ...get(BLOCKS), 0x45, 0x0d, 1],
    ...prepare,
    ...NOW.flatMap((local, at) => [...get(local), ...set(BEFORE[at] ?? 0)]),
    ...SINES.flatMap((sine, step) => stepOf(words, step, sine, word)),
    ...NOW.flatMap((local, at) => [
      ...[...get(local), ...get(BEFORE[at] ?? 0), ...words.add, ...set(local)],
    ]),
    ...[...get(INPUT), ...i32(BLOCK_BYTES), I32_ADD, ...set(INPUT)],
    ...[...get(BLOCKS), ...i32(-1), I32_ADD, ...set(BLOCKS)],
    ...[0x0c, 0, 0x0b, 0x0b],
    ...NOW.flatMap((local, at) => [
      ...[...get(STATE), ...get(local), ...words.store(at * VECTOR_BYTES)],
    ]),
  ];
}

/** A step: of (a, b, c, d) in turn, a becomes b + rotate(a + f(b, c, d) + word + sine). */
function stepOf(words: Words, step: number, sine: number, word: (index: number) => Code): Code {
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => NOW[(at - step + STEPS) % 4] ?? 0) as Four;
  const round = Math.floor(step / WORDS);
  const shift = SHIFTS[round]?.[step % 4] ?? 0;
  const sum = [...get(a), ...word(wordOf(step)), ...words.constant(sine), ...words.add];
  return [
    ...[...sum, ...words.add, ...mixed(words, round, b, c, d), ...set(SUM)],
    ...[...words.rotate(SUM, shift), ...get(b), ...words.add, ...set(a)],
  ];
}

type Four = [number, number, number, number];

function wordOf(step: number): number {
  const factors = [
    [1, 0],
    [5, 1],
    [3, 5],
    [7, 0],
  ] as const;
  const [factor, start] = factors[Math.floor(step / WORDS)] ?? [1, 0];
  return (factor * step + start) % WORDS;
}

/** Adds the round's function of b, c and d; b, the newest, comes in as late as it may. */
function mixed({ add, and, or, xor, not }: Words, round: number, b: number, c: number, d: number) {
  switch (round) {
    case 0:
      return [...get(d), ...get(b), ...get(c), ...get(d), ...xor, ...and, ...xor, ...add];
    case 1:
      return [
        ...[...get(c), ...get(d), ...not, ...and, ...add],
        ...[...get(b), ...get(d), ...and, ...add],
      ];
    case 2:
      return [...get(c), ...get(d), ...xor, ...get(b), ...xor, ...add];
    default:
      return [...get(c), ...get(b), ...get(d), ...not, ...or, ...xor, ...add];
  }
}

/** Brings the lanes' blocks into vectors of which each has one word of all lanes. */
function transposed(): Code {
  return [0, 4, 8, 12].flatMap((first) => {
    const row = (lane: number) => get(ROW + lane);
    const word = (index: number) => WORD + first + index;
    const rows = [0, 1, 2, 3].flatMap((lane) => {
      const place = lane * LANE_BYTES + first * WORD_BYTES;
      return [...get(INPUT), ...ALL.load(place), ...set(ROW + lane)];
    });
    return [
      ...rows,
      ...[...row(0), ...row(1), ...shuffle(0, 4, 1, 5), ...set(word(0))],
      ...[...row(2), ...row(3), ...shuffle(0, 4, 1, 5), ...set(word(1))],
      ...[...row(0), ...row(1), ...shuffle(2, 6, 3, 7), ...set(word(2))],
      ...[...row(2), ...row(3), ...shuffle(2, 6, 3, 7), ...set(word(3))],
      ...[...get(word(0)), ...get(word(1)), ...shuffle(0, 1, 4, 5), ...set(ROW)],
      ...[...get(word(0)), ...get(word(1)), ...shuffle(2, 3, 6, 7), ...set(ROW + 1)],
      ...[...get(word(2)), ...get(word(3)), ...shuffle(0, 1, 4, 5), ...set(ROW + 2)],
      ...[...get(word(2)), ...get(word(3)), ...shuffle(2, 3, 6, 7), ...set(ROW + 3)],
      ...[0, 1, 2, 3].flatMap((index) => [...get(ROW + index), ...set(word(index))]),
    ];
  });
}

/** Words of the two vectors on the stack, counted through. */
function shuffle(...words: Four): Code {
  const bytes = words.flatMap((word) => [0, 1, 2, 3].map((byte) => word * WORD_BYTES + byte));
  return [...vectorOp(13), ...bytes];
}
