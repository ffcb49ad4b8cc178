/**
 * A pattern as the positions between its characters. A position reads one character, or, where it
 * is repeated, any number of them. Every pattern of the policy language has this form, so a set of
 * positions is all that an automaton must remember (Thompson's construction).
 */
export type AutomatonPattern = readonly PatternPosition[];

export interface PatternPosition {
  /** The characters that it reads; those that it doesn't read, when `negated`. */
  chars: string;
  negated: boolean;
  repeated: boolean;
}

/** The positions that a text may have reached, in ascending order. Empty: no text goes on here. */
export type ReachedPositions = readonly number[];

export function literalPosition(chars: string): PatternPosition {
  return { chars, negated: false, repeated: false };
}

/** Any one character but these. */
export function oneBut(chars: string): PatternPosition {
  return { chars, negated: true, repeated: false };
}

/** Any number of any characters but these. */
export function manyBut(chars: string): PatternPosition {
  return { chars, negated: true, repeated: true };
}

/** The characters that every text of the pattern begins with. */
export function literalStart(pattern: AutomatonPattern): string {
  let text = "";
  for (const { chars, negated, repeated } of pattern) {
    if (negated || repeated || chars.length !== 1) {
      break;
    }
    text += chars;
  }
  return text;
}

function readsEverything(position: PatternPosition | undefined): boolean {
  return position?.repeated === true && position.negated && position.chars === "";
}

export function reads(position: PatternPosition, char: string): boolean {
  return position.chars.includes(char) !== position.negated;
}

export function startOf(pattern: AutomatonPattern): ReachedPositions {
  return closed(pattern, [0]);
}

/** The positions after one more character. */
export function afterChar(
  pattern: AutomatonPattern,
  reached: ReachedPositions,
  char: string,
): ReachedPositions {
  const next: number[] = [];
  for (const at of reached) {
    const position = pattern[at];
    if (position !== undefined && reads(position, char)) {
      const to = position.repeated ? at : at + 1;
      if (next.at(-1) !== to) {
        next.push(to);
      }
    }
  }
  return closed(pattern, next);
}

export function accepts(pattern: AutomatonPattern, reached: ReachedPositions): boolean {
  return reached.at(-1) === pattern.length;
}

/** Whether every longer text is accepted too. */
export function acceptsForEver(pattern: AutomatonPattern, reached: ReachedPositions): boolean {
  return accepts(pattern, reached) && readsEverything(pattern[pattern.length - 1]);
}

/**
 * Adds the positions that need no character. What stands before a star that reads everything is
 * dropped: the star takes whatever would lead there.
 */
function closed(pattern: AutomatonPattern, positions: readonly number[]): ReachedPositions {
  const [first] = positions;
  if (positions.length < 2 && (first === undefined || pattern[first]?.repeated !== true)) {
    return positions;
  }
  const reached = new Set<number>();
  for (const from of positions) {
    reached.add(from);
    for (let at = from; pattern[at]?.repeated === true; at += 1) {
      reached.add(at + 1);
    }
  }
  const ordered = [...reached].sort((one, other) => one - other);
  for (let index = ordered.length - 1; index > 0; index -= 1) {
    if (readsEverything(pattern[ordered[index] ?? -1])) {
      return ordered.slice(index);
    }
  }
  return ordered;
}
