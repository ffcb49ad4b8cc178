/** The number of items that a page keeps of a feed; the latest first. */
const ITEMS_MAX = 500;

/**
 * For a feed that begins with items that it may have sent before: how they are identified, and
 * where they belong.
 */
export interface Retold<Item> {
  readonly idOf: (item: Item) => string;
  readonly timeOf: (item: Item) => Date;
}

/**
 * The latest items with one more: on top, or, if it may have been sent before, in its place, once.
 */
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
  // An item that fell off the end before and is sent again falls off again.
  return [...known.slice(0, place), item, ...known.slice(place)].slice(0, ITEMS_MAX);
}
