/** Two names are one another's misspelling if so few letters differ. */
const TYPOS_MAX = 2;

/**
 * Whether at most two letters were inserted, left out or replaced, not the first one: GetObject
 * and PutObject are two actions. Both are given in lower case.
 */
export function areSpelledAlike(one: string, other: string): boolean {
  const apart = Math.abs(one.length - other.length);
  return one[0] === other[0] && apart <= TYPOS_MAX && editsBetween(one, other) <= TYPOS_MAX;
}

/** The name that was probably meant: the one in other letters, else the nearest one. */
export function nameMeant(written: string, names: Iterable<string>): string | undefined {
  return namesMeant(written, names)[0];
}

/** The names that may have been meant, the nearest first. */
export function namesMeant(written: string, names: Iterable<string>): readonly string[] {
  const wanted = written.toLowerCase();
  const near: { readonly name: string; readonly edits: number }[] = [];
  for (const name of names) {
    const lowerCased = name.toLowerCase();
    // Short names are all alike: a letter of three is a third of it.
    if (Math.min(wanted.length, lowerCased.length) <= TYPOS_MAX) continue;
    if (areSpelledAlike(wanted, lowerCased))
      near.push({ name, edits: editsBetween(wanted, lowerCased) });
  }
  return near.sort((one, other) => one.edits - other.edits).map(({ name }) => name);
}

/**
 * The letters to insert, leave out or replace; more than TYPOS_MAX may be any number more. A policy
 * has thousands of names: comparing ends with the first letter that makes too many.
 */
function editsBetween(one: string, other: string, allowed = TYPOS_MAX): number {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const [rest, others] = [one.slice(same), other.slice(same)];
  if (rest === "" || others === "") return rest.length + others.length;
  if (allowed === 0) return 1;
  const ways = [
    [rest.slice(1), others],
    [rest, others.slice(1)],
    [rest.slice(1), others.slice(1)],
  ] as const;
  return 1 + Math.min(...ways.map(([left, right]) => editsBetween(left, right, allowed - 1)));
}
