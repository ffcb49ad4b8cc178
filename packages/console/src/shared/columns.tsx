import type { Column } from "./list-arrangement.ts";
import { PlaceLink } from "./place-link.tsx";
import { shownDate } from "./shown-values.ts";

/** The column that names the item, and leads to its page. */
export function nameColumn<Item>(
  nameOf: (item: Item) => string,
  placeOf: (item: Item) => string,
  header = "Name",
): Column<Item> {
  return {
    id: "name",
    header,
    isRowHeader: true,
    value: nameOf,
    cell: (item) => <PlaceLink to={placeOf(item)}>{nameOf(item)}</PlaceLink>,
  };
}

/** The time of what happened, as the clock had it. */
export function timeColumn<Item>(timeOf: (item: Item) => Date | undefined): Column<Item> {
  return {
    id: "time",
    header: "Time",
    value: timeOf,
    cell: (item) => shownDate(timeOf(item)),
  };
}
