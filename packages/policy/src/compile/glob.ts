import type { PatternToken } from "./pattern-tokens.ts";
import { startsAt } from "./starts-at.ts";

/**
 * A glob as the chunks between its stars. The first chunk is anchored at the start, the last one at
 * the end, and those between are searched for from left to right without ever going back, so a
 * match costs time linear in the value. There is no RegExp: a stored policy must not be able to
 * stop the event loop.
 */
export interface Glob {
  chunks: readonly GlobChunk[];
  /** The sum of the chunks' lengths: nothing shorter can match. */
  minLength: number;
}

export interface GlobChunk {
  text: string;
  /** The offsets of `?`, at which the text has placeholders. Undefined when there is none. */
  holes: ReadonlySet<number> | undefined;
}

const HOLE = "?";

/** Builds a glob. Variables must have been replaced by literals before. */
export function globOf(tokens: readonly PatternToken[]): Glob {
  const chunks: GlobChunk[] = [];
  let text = "";
  let holes: Set<number> | undefined;
  let minLength = 0;
  const close = (): void => {
    chunks.push({ text, holes });
    minLength += text.length;
    text = "";
    holes = undefined;
  };
  for (const token of tokens) {
    if (token.kind === "star") {
      close();
    } else if (token.kind === "question") {
      holes ??= new Set();
      holes.add(text.length);
      text += HOLE;
    } else if (token.kind === "literal") {
      text += token.text;
    }
  }
  close();
  return { chunks, minLength };
}

/** Whether the glob covers `value` from `from` to `to` (default: its end). */
export function globMatches(glob: Glob, value: string, from = 0, to = value.length): boolean {
  const { chunks } = glob;
  const first = chunks[0];
  const last = chunks[chunks.length - 1];
  if (first === undefined || last === undefined || to - from < glob.minLength) {
    return false;
  }
  if (chunks.length === 1) {
    return to - from === glob.minLength && chunkAt(first, value, from);
  }
  const end = to - last.text.length;
  if (!chunkAt(first, value, from) || !chunkAt(last, value, end)) {
    return false;
  }
  let at = from + first.text.length;
  for (let index = 1; index < chunks.length - 1; index += 1) {
    const chunk = chunks[index];
    if (chunk === undefined) {
      return false;
    }
    const found = findChunk(chunk, value, at, end);
    if (found === -1) {
      return false;
    }
    at = found + chunk.text.length;
  }
  return true;
}

function chunkAt(chunk: GlobChunk, value: string, at: number): boolean {
  const { text, holes } = chunk;
  if (holes === undefined) {
    return startsAt(value, text, at);
  }
  for (let index = 0; index < text.length; index += 1) {
    if (value.charCodeAt(at + index) !== text.charCodeAt(index) && !holes.has(index)) {
      return false;
    }
  }
  return true;
}

function findChunk(chunk: GlobChunk, value: string, from: number, end: number): number {
  const { text, holes } = chunk;
  if (holes === undefined) {
    const found = value.indexOf(text, from);
    return found + text.length <= end ? found : -1;
  }
  return text.length <= WORD_BITS
    ? findShort(chunk, value, from, end)
    : findByBits(chunk, value, from, end);
}

/** A short chunk is compared at every place: at most 32 steps for each character of the value. */
function findShort(chunk: GlobChunk, value: string, from: number, end: number): number {
  for (let at = from; at + chunk.text.length <= end; at += 1) {
    if (chunkAt(chunk, value, at)) {
      return at;
    }
  }
  return -1;
}

const WORD_BITS = 32;

/**
 * Shift-And (Baeza-Yates and Gonnet, "A new approach to text searching", 1992): bit i of the state
 * says that the chunk's first i + 1 characters end here. It keeps a long chunk with `?` from
 * costing its length at every character: one step for 32 of its characters.
 */
function findByBits(chunk: GlobChunk, value: string, from: number, end: number): number {
  const words = Math.ceil(chunk.text.length / WORD_BITS);
  const { masks, anyMask } = bitMasks(chunk, words);
  const state = new Int32Array(words);
  const lastBit = 1 << ((chunk.text.length - 1) % WORD_BITS);
  for (let at = from; at < end; at += 1) {
    const mask = masks.get(value.charCodeAt(at)) ?? anyMask;
    let carry = 1;
    for (let word = 0; word < words; word += 1) {
      const before = state[word] ?? 0;
      state[word] = ((before << 1) | carry) & (mask[word] ?? 0);
      carry = before >>> (WORD_BITS - 1);
    }
    if (((state[words - 1] ?? 0) & lastBit) !== 0) {
      return at + 1 - chunk.text.length;
    }
  }
  return -1;
}

function bitMasks(
  chunk: GlobChunk,
  words: number,
): { masks: ReadonlyMap<number, Int32Array>; anyMask: Int32Array } {
  const anyMask = new Int32Array(words);
  const masks = new Map<number, Int32Array>();
  const setBit = (mask: Int32Array, bit: number): void => {
    const word = Math.floor(bit / WORD_BITS);
    mask[word] = (mask[word] ?? 0) | (1 << (bit % WORD_BITS));
  };
  for (const hole of chunk.holes ?? []) {
    setBit(anyMask, hole);
  }
  for (let index = 0; index < chunk.text.length; index += 1) {
    if (chunk.holes?.has(index) !== true) {
      const code = chunk.text.charCodeAt(index);
      const mask = masks.get(code) ?? anyMask.slice();
      setBit(mask, index);
      masks.set(code, mask);
    }
  }
  return { masks, anyMask };
}
