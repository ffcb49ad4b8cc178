import type { Column } from "./list-arrangement.ts";
import { ShortMoment } from "./moment.tsx";
import { PlaceLink } from "./place-link.tsx";

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

/** How long ago it happened; the clock is in the tooltip. */
export function timeColumn<Item>(timeOf: (item: Item) => Date | undefined): Column<Item> {
  return {
    id: "time",
    header: "Time",
    value: timeOf,
    cell: (item) => <ShortMoment at={timeOf(item)} />,
  };
}
