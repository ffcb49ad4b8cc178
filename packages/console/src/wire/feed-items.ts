/** What a feed keeps for the page; the latest first. */
const ITEMS_MAX = 500;

/**
 * Of a feed that begins with what it may have told before: how its items are known, and where they
 * belong.
 */
export interface Retold<Item> {
  readonly idOf: (item: Item) => string;
  readonly timeOf: (item: Item) => Date;
}

/** The latest items with one more: on top, or where one that may be told again belongs, once. */
export function withItem<Item>(
  known: readonly Item[],
  item: Item,
  retold?: Retold<Item>,
): readonly Item[] {
  if (retold === undefined) return [item, ...known].slice(0, ITEMS_MAX);
  const { idOf, timeOf } = retold;
  if (known.some((other) => idOf(other) === idOf(item))) return known;
  const older = known.findIndex((other) => timeOf(other) <= timeOf(item));
  const place = older < 0 ? known.length : older;
  // What fell off the end before, and is told again, falls off again.
  return [...known.slice(0, place), item, ...known.slice(place)].slice(0, ITEMS_MAX);
}
