/** Two names are one another's misspelling if so few letters differ. */
const TYPOS_MAX = 2;

/**
 * Whether at most two letters were inserted, left out or replaced, not the first one: GetObject
 * and PutObject are two actions. Both are given in lower case.
 */
export function areSpelledAlike(one: string, other: string): boolean {
  return one[0] === other[0] && editsBetween(one, other) <= TYPOS_MAX;
}

/** The name that was probably meant: the one in other letters, else the nearest one. */
export function nameMeant(written: string, names: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let nearest: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    const lowerCased = name.toLowerCase();
    // Short names are all alike: a letter of three is a third of it.
    if (Math.min(wanted.length, lowerCased.length) <= TYPOS_MAX) continue;
    if (!areSpelledAlike(wanted, lowerCased)) continue;
    const edits = editsBetween(wanted, lowerCased);
    if (nearest === undefined || edits < nearest.edits) nearest = { name, edits };
  }
  return nearest?.name;
}

/** The letters to insert, leave out or replace; more than TYPOS_MAX may be any number more. */
function editsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > TYPOS_MAX) {
    return TYPOS_MAX + 1;
  }
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
