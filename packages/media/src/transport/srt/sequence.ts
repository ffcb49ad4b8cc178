/** Packet sequence numbers have 31 bits and wrap (draft-sharabayko-srt-01, section 3.1). */
const WRAP = 2 ** 31;
const HALF = WRAP / 2;

export function sequenceAfter(sequence: number, steps: number): number {
  return (((sequence + steps) % WRAP) + WRAP) % WRAP;
}

/** Steps from `from` to `to`, negative where `to` is the earlier one: less than 2^30 either way. */
export function sequenceDistance(from: number, to: number): number {
  const steps = sequenceAfter(to, -from);
  return steps < HALF ? steps : steps - WRAP;
}

/** A range of sequence numbers, both ends included. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The body of a loss report (appendix A of the draft): a range's first number is marked by its
 * highest bit.
 */
export function writeLossList(ranges: readonly SequenceRange[], wordsMax: number): Buffer {
  const words: number[] = [];
  for (const { first, last } of ranges) {
    const next = first === last ? [first] : [first + WRAP, last];
    if (words.length + next.length > wordsMax) {
      break;
    }
    words.push(...next);
  }
  const body = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => {
    body.writeUInt32BE(word, index * 4);
  });
  return body;
}
