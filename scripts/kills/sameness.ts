/** Stands for a value that the server chose in an answer that never came. */
export const UNKNOWN = Symbol("unknown");

/** Items in no order. */
export class Bag<Item> {
  readonly items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.items = items;
  }
}

/** Whether what is there is what was remembered, each member of it. */
export function isSame(remembered: unknown, there: unknown): boolean {
  if (remembered === UNKNOWN) return there !== undefined;
  if (remembered instanceof Bag) return there instanceof Bag && hasSame(remembered, there);
  if (typeof remembered !== "object" || remembered === null) return Object.is(remembered, there);
  if (typeof there !== "object" || there === null) return false;
  if (Array.isArray(remembered) !== Array.isArray(there)) return false;
  const names = new Set([...Object.keys(remembered), ...Object.keys(there)]);
  return [...names].every((name) =>
    isSame((remembered as Record<string, unknown>)[name], (there as Record<string, unknown>)[name]),
  );
}

/** Those with something unknown in them are matched last: they are the same as any. */
function hasSame(remembered: Bag<unknown>, there: Bag<unknown>): boolean {
  const left = [...there.items];
  for (const item of [...remembered.items].sort((a, b) => unknowns(a) - unknowns(b))) {
    const at = left.findIndex((other) => isSame(item, other));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

function unknowns(item: unknown): number {
  if (item === UNKNOWN) return 1;
  if (typeof item !== "object" || item === null) return 0;
  return Object.values(item).reduce((sum: number, member) => sum + unknowns(member), 0);
}

/** For people, with members in order. */
export function shown(state: unknown): string {
  return (
    JSON.stringify(state, (_name, value: unknown) => {
      if (value === UNKNOWN) return "(unknown)";
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? "absent"
  );
}
