import type { ReactNode } from "react";
import { shownDate } from "./shown-values.ts";

export type ColumnValue = string | number | Date | undefined;

interface ColumnBase {
  readonly id: string;
  readonly header: string;
  /** The column that names the item. */
  readonly isRowHeader?: boolean;
}

/**
 * A column's value is what it is sorted by, and is shown unless there is a cell. Text and times are
 * searched too.
 */
interface ValueColumn<Item> extends ColumnBase {
  readonly value: (item: Item) => ColumnValue;
  readonly cell?: (item: Item) => ReactNode;
}

/** A column of buttons has nothing to sort or search by. */
interface ControlColumn<Item> extends ColumnBase {
  readonly control: (item: Item) => ReactNode;
}

export type Column<Item> = ValueColumn<Item> | ControlColumn<Item>;

/** The part of a list that is shown, and how: it lives in the address. */
export interface ListView {
  readonly find: string;
  /** A column's id; `-` before it: the last first. Empty: as the server lists. */
  readonly sort: string;
  /** From 1. */
  readonly page: number;
}

export interface Arrangement<Item> {
  readonly shown: readonly Item[];
  readonly found: number;
  readonly pages: number;
  /** The page that is shown: the last, where the view asks for one after it. */
  readonly page: number;
}

/** The page of items that a view shows: those that match, sorted. */
export function arranged<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  { find, sort, page: wanted }: ListView,
  pageSize: number,
): Arrangement<Item> {
  const found = sorted(matching(items, columns, find), columns, sort);
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const page = Math.min(Math.max(1, wanted), pages);
  const shown = found.slice((page - 1) * pageSize, page * pageSize);
  return { shown, found: found.length, pages, page };
}

function matching<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  find: string,
): readonly Item[] {
  const wanted = find.trim().toLowerCase();
  if (wanted === "") return items;
  const values = columns.flatMap((column) => ("value" in column ? [column.value] : []));
  const fits = (value: ColumnValue) =>
    typeof value !== "number" && textOf(value).toLowerCase().includes(wanted);
  return items.filter((item) => values.some((value) => fits(value(item))));
}

function sorted<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  sort: string,
): readonly Item[] {
  const { id, descending } = sortOf(sort);
  const column = columns.find((one) => one.id === id);
  if (!column || !("value" in column)) return items;
  const keyed = items.map((item) => ({ item, value: column.value(item) }));
  const sign = descending ? -1 : 1;
  keyed.sort((one, other) => compared(one.value, other.value, sign));
  return keyed.map(({ item }) => item);
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Items without a value come last, in both directions. */
function compared(one: ColumnValue, other: ColumnValue, sign: 1 | -1): number {
  if (one === undefined || other === undefined) {
    return Number(one === undefined) - Number(other === undefined);
  }
  if (typeof one === "string" || typeof other === "string") {
    return sign * COLLATOR.compare(textOf(one), textOf(other));
  }
  return sign * (Number(one) - Number(other));
}

export function sortOf(sort: string): { readonly id: string; readonly descending: boolean } {
  const descending = sort.startsWith("-");
  return { id: descending ? sort.slice(1) : sort, descending };
}

function textOf(value: ColumnValue): string {
  if (value === undefined) return "";
  return value instanceof Date ? shownDate(value) : String(value);
}

/** `(3/2,000+)`: of how many items how many are chosen; `+` if the server has more. */
export function countText(total: number, more: boolean, chosen: number): string {
  const all = `${total.toLocaleString("en")}${more ? "+" : ""}`;
  return chosen === 0 ? `(${all})` : `(${chosen.toLocaleString("en")}/${all})`;
}
