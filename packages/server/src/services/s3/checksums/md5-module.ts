import { I32, moduleOf, signed, unsigned, V128 } from "./webassembly-code.ts";

/** Lanes of a vector instruction, each with a block of another body. */
export const VECTOR_LANES = 4;
/**
 * Bodies whose blocks are digested at once. A step of an MD5 waits for the one before it, so two
 * vectors of lanes take hardly longer than one.
 */
export const LANES = 2 * VECTOR_LANES;
/** The state's four words, of each the lanes' values side by side. */
export const STATE_AT = 1024;
/** The lanes' bytes, one lane after the other. */
export const LANES_AT = 2048;
export const LANE_BYTES = 32 * 1024;

const WORD_BYTES = 4;
const VECTOR_BYTES = VECTOR_LANES * WORD_BYTES;
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

/** The instructions on words: of one lane, or of all lanes of a vector at once. */
interface Words {
  readonly type: number;
  readonly add: Code;
  readonly and: Code;
  readonly or: Code;
  readonly xor: Code;
  /** Puts all ones on the stack. */
  readonly ones: Code;
  /** Puts the step's number on the stack. */
  sine(step: number): Code;
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
  ones: i32(-1),
  sine: (step) => i32(SINES[step] ?? 0),
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
  ones: [...i32(-1), ...vectorOp(17)],
  // A constant vector takes four instructions to make, from memory one.
  sine: (step) => [...i32(step * WORD_BYTES), ...vectorOp(9), 2, 0],
  load: (offset) => [...vectorOp(0), 4, ...unsigned(offset)],
  store: (offset) => [...vectorOp(11), 4, ...unsigned(offset)],
  rotate: (local, bits) => [
    ...[...get(local), ...i32(bits), ...vectorOp(171)],
    ...[...get(local), ...i32(32 - bits), ...vectorOp(173), ...vectorOp(80)],
  ],
};

/** The functions' parameters, and their variables. */
const STATE = 0;
const INPUT = 1;
const BLOCKS = 2;
const ONES = 3;
const ROW = 4;
const GROUP = ROW + 4;

/** The variables of a group: one lane, or the lanes of one vector. */
interface Group {
  readonly index: number;
  readonly now: Four;
  readonly before: Four;
  readonly sum: number;
  /** The first of sixteen words of a block. */
  readonly word: number;
}

type Four = readonly [number, number, number, number];

const VARIABLES_PER_GROUP = 9 + WORDS;

function groupOf(index: number): Group {
  const first = GROUP + index * VARIABLES_PER_GROUP;
  const four = (at: number): Four => [at, at + 1, at + 2, at + 3];
  const [now, before] = [four(first), four(first + 4)];
  return { index, now, before, sum: first + 8, word: first + 9 };
}

/**
 * A WebAssembly module that continues MD5s over its `memory`, by `blocks` of 64 bytes:
 * `one(state, input, blocks)` one lane's, `four` those of the first four, `eight` those of all.
 * `state` and `input` are the places of the first lane that is meant. One MD5 can't be computed in
 * parallel and takes 1.3 ms for a MiB, here as in OpenSSL; of four at once each takes a third of
 * that, and of eight a fifth.
 */
export function md5Module(): Uint8Array<ArrayBuffer> {
  const parameters = [I32, I32, I32];
  const functions = [
    { name: "one", words: ONE, groups: 1 },
    { name: "four", words: ALL, groups: 1 },
    { name: "eight", words: ALL, groups: 2 },
  ].map(({ name, words, groups }) => ({
    name,
    parameters,
    results: [],
    variables: [[1 + 4 + groups * VARIABLES_PER_GROUP, words.type]] as const,
    instructions: digest(
      words,
      Array.from({ length: groups }, (_, index) => groupOf(index)),
    ),
  }));
  const sines = new Uint8Array(Uint32Array.from(SINES).buffer);
  return moduleOf(functions, LANES_AT + LANES * LANE_BYTES, [...sines]);
}

function digest(words: Words, groups: readonly Group[]): Code {
  const eachState = (code: (local: number, place: number, before: number) => Code) =>
    groups.flatMap(({ index, now, before }) =>
      now.flatMap((local, at) => {
        const place = at * LANES * WORD_BYTES + index * VECTOR_BYTES;
        return code(local, place, before[at] ?? 0);
      }),
    );
  return [
    ...[...words.ones, ...set(ONES)],
    ...eachState((local, place) => [...get(STATE), ...words.load(place), ...set(local)]),
    ...[0x02, 0x40, 0x03, 0x40, ...get(BLOCKS), 0x45, 0x0d, 1],
    ...groups.flatMap((group) => (words === ONE ? [] : transposed(group))),
    ...eachState((local, _, before) => [...get(local), ...set(before)]),
    ...SINES.flatMap((_, step) => groups.flatMap((group) => stepOf(words, step, group))),
    ...eachState((local, _, before) => [
      ...[...get(local), ...get(before), ...words.add, ...set(local)],
    ]),
    ...[...get(INPUT), ...i32(BLOCK_BYTES), I32_ADD, ...set(INPUT)],
    ...[...get(BLOCKS), ...i32(-1), I32_ADD, ...set(BLOCKS)],
    ...[0x0c, 0, 0x0b, 0x0b],
    ...eachState((local, place) => [...get(STATE), ...get(local), ...words.store(place)]),
  ];
}

/** A step: of (a, b, c, d) in turn, a becomes b + rotate(a + f(b, c, d) + word + sine). */
function stepOf(words: Words, step: number, group: Group): Code {
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => group.now[(at - step + STEPS) % 4] ?? 0) as [
    ...Four,
  ];
  const { sum } = group;
  const round = Math.floor(step / WORDS);
  const shift = SHIFTS[round]?.[step % 4] ?? 0;
  const index = wordOf(step);
  const word =
    words === ONE ? [...get(INPUT), ...ONE.load(index * WORD_BYTES)] : get(group.word + index);
  return [
    ...[...get(a), ...word, ...words.sine(step), ...words.add],
    ...[...words.add, ...mixed(words, round, b, c, d), ...set(sum)],
    ...[...words.rotate(sum, shift), ...get(b), ...words.add, ...set(a)],
  ];
}

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
function mixed({ add, and, or, xor }: Words, round: number, b: number, c: number, d: number) {
  const notD = [...get(d), ...get(ONES), ...xor];
  switch (round) {
    case 0:
      return [...get(d), ...get(b), ...get(c), ...get(d), ...xor, ...and, ...xor, ...add];
    case 1:
      return [...[...get(c), ...notD, ...and, ...add], ...[...get(b), ...get(d), ...and, ...add]];
    case 2:
      return [...get(c), ...get(d), ...xor, ...get(b), ...xor, ...add];
    default:
      return [...get(c), ...get(b), ...notD, ...or, ...xor, ...add];
  }
}

/** Brings the lanes' blocks into vectors of which each has one word of all the group's lanes. */
function transposed(group: Group): Code {
  return [0, 4, 8, 12].flatMap((first) => {
    const row = (lane: number) => get(ROW + lane);
    const word = (index: number) => group.word + first + index;
    const rows = [0, 1, 2, 3].flatMap((lane) => {
      const place = (group.index * VECTOR_LANES + lane) * LANE_BYTES + first * WORD_BYTES;
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
