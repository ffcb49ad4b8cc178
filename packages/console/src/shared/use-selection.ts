import { useMemo, useState } from "react";
import type { List } from "../wire/use-list.ts";

/**
 * The chosen items of a list. After the list was read again they are as they are now, and those
 * that are gone aren't chosen any more; `whole` says that the list has all there are.
 */
export function useSelection<Item>(
  { data, more, byPrefix }: List<Item>,
  idOf: (item: Item) => string,
  whole: boolean,
  onSelect?: (items: readonly Item[]) => void,
  selected: readonly Item[] = [],
) {
  const [kept, setKept] = useState<readonly Item[]>(selected);
  const gone = whole && more === undefined && byPrefix !== true && data !== undefined;
  const chosen = useMemo(() => current(kept, data ?? [], idOf, gone), [kept, data, idOf, gone]);
  const choose = (items: readonly Item[]) => {
    setKept(items);
    onSelect?.(items);
  };
  return { chosen, choose };
}

/** The items as `data` has them; what it lacks is dropped if `gone`. */
export function current<Item>(
  kept: readonly Item[],
  data: readonly Item[],
  idOf: (item: Item) => string,
  gone: boolean,
): readonly Item[] {
  if (kept.length === 0) return kept;
  const known = new Map(data.map((item) => [idOf(item), item]));
  return kept.flatMap((item) => {
    const now = known.get(idOf(item));
    if (now !== undefined) return [now];
    return gone ? [] : [item];
  });
}
