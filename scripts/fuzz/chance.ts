/** The random source of a fuzzing run: the same seed gives the same inputs. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Draws a number from 0 to below `limit`. Mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  }

  one<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  /** True once in `times`. */
  rarely(times: number): boolean {
    return this.below(times) === 0;
  }
}

const NASTY = [
  "",
  " ",
  "\u0000",
  "\n",
  "*",
  "?",
  "${",
  "${aws:username}",
  "${a, '}'}",
  "%",
  "%00",
  "%zz",
  "+",
  "&",
  "=",
  ":::::",
  "arn:aws:iam::000000000000:role/x",
  "arn:aws:s3:::*",
  "../..",
  "//",
  "é",
  "\ud800",
  "💥",
  "__proto__",
  "constructor",
  "toString",
  "[]",
  "{}",
  "null",
  "-1",
  "1e999",
  "NaN",
  "99999999999999999999",
  "2026-11-24T00:00:00Z",
  "-271821-04-20T00:00:00Z",
  "true",
  '"',
  "\\",
  "<a>",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "&#x0;",
  "a".repeat(5_000),
  "*a".repeat(200),
];

export function nasty(chance: Chance): string {
  return chance.one(NASTY);
}

/** A few changes of a text: cut, repeated, replaced, or with something nasty put in. */
export function mutate(text: string, chance: Chance): string {
  let mutated = text;
  for (let change = chance.below(4); change >= 0; change--) {
    const at = chance.below(mutated.length + 1);
    const to = Math.min(mutated.length, at + chance.below(20));
    const [before, middle, after] = [
      mutated.slice(0, at),
      mutated.slice(at, to),
      mutated.slice(to),
    ];
    switch (chance.below(5)) {
      case 0:
        mutated = before + after;
        break;
      case 1:
        mutated = before + middle + middle + after;
        break;
      case 2:
        mutated = before + nasty(chance) + after;
        break;
      case 3:
        mutated =
          before + String.fromCharCode(chance.below(chance.rarely(4) ? 0x10000 : 0x7f)) + after;
        break;
      default:
        mutated = before + middle.split("").reverse().join("") + after;
    }
  }
  return mutated;
}

const NASTY_NUMBERS = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffff, 0xffffff, 0x7fffffff, 0xffffffff,
];

/** A few changes of bytes, perhaps with some of others' put in. A copy. */
export function mutateBytes(
  bytes: Buffer,
  chance: Chance,
  others: readonly Buffer[] = [bytes],
): Buffer {
  let mutated = Buffer.from(bytes);
  for (let change = chance.below(5); change >= 0; change--) {
    const at = chance.below(mutated.length + 1);
    const to = Math.min(mutated.length, at + chance.below(chance.rarely(8) ? 4_000 : 16));
    const [before, middle, after] = [
      mutated.subarray(0, at),
      mutated.subarray(at, to),
      mutated.subarray(to),
    ];
    switch (chance.below(8)) {
      case 0:
        mutated = Buffer.concat([before, after]);
        break;
      case 1:
        mutated = Buffer.concat([before, middle, middle, after]);
        break;
      case 2:
        mutated = Buffer.concat([before, nastyNumber(chance), middle, after]);
        break;
      case 3: {
        const other = chance.one(others);
        const from = chance.below(other.length + 1);
        const piece = other.subarray(from, from + chance.below(200));
        mutated = Buffer.concat([before, piece, after]);
        break;
      }
      case 4:
        nastyNumber(chance).copy(mutated, at);
        break;
      case 5:
        if (chance.rarely(4)) mutated = before;
        break;
      default:
        if (at < mutated.length) mutated[at] = (mutated[at] ?? 0) ^ (1 << chance.below(8));
    }
  }
  return mutated;
}

function nastyNumber(chance: Chance): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(chance.one(NASTY_NUMBERS));
  return bytes.subarray(chance.below(4));
}

/** A target: tries one input. Throws when something is wrong with the answer. */
export interface FuzzTarget {
  readonly name: string;
  /** The tried input, to be shown when it fails. */
  next(chance: Chance): { readonly input: unknown; run(): void | Promise<void> };
}
