import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import type { List } from "../wire/use-list.ts";
import { Actions } from "./actions.tsx";
import { CallFailure } from "./call-failure.tsx";
import { arranged, type Column, countText, sortOf } from "./list-arrangement.ts";
import { ShortMoment } from "./moment.tsx";
import { type Removal, RemoveItems } from "./remove-items.tsx";
import { useListView } from "./use-list-view.ts";
import { useSelection } from "./use-selection.ts";

const PAGE_SIZE = 50;
/** As many are found by looking. */
const SEARCHED_FROM = 6;
/** The same list each time, so that a table without data isn't drawn again and again. */
const NOTHING: readonly never[] = [];

export interface ResourceTableProps<Item> {
  /** The nouns: "channels". They name the list in the page's address too. */
  readonly plural: string;
  readonly call: List<Item>;
  readonly columns: readonly Column<Item>[];
  readonly idOf: (item: Item) => string;
  /** The hint when there is none. */
  readonly empty: ReactNode;
  /** Buttons; those for chosen items get them, and have the list choose. */
  readonly actions?: ReactNode | ((chosen: readonly Item[]) => ReactNode);
  /** Check boxes, and a button that deletes what is checked. */
  readonly removal?: Removal<Item>;
  /** Chosen as the list appears, where `onSelect` hears of it. */
  readonly selected?: readonly Item[];
  /** Hears of each choice, for a form around the list. */
  readonly onSelect?: (items: readonly Item[]) => void;
  /** Shown below the list, of the one item that is chosen. */
  readonly details?: (item: Item) => ReactNode;
  readonly heading?: string;
}

/**
 * A list of resources: search, sorting, pages, check boxes, deletion; a refusal instead of the list
 * if it failed. Where it stands is in the page's address.
 */
export function ResourceTable<Item extends object>(props: ResourceTableProps<Item>) {
  const { plural, call, columns, idOf, empty, actions, removal, details } = props;
  const all: readonly Item[] = call.data ?? NOTHING;
  const { view, setFind, setSort, setPage } = useListView(plural);
  const find = useDeferredValue(view.find);
  const { shown, found, pages, page } = useMemo(
    () => arranged(all, columns, { ...view, find }, PAGE_SIZE),
    [all, columns, view, find],
  );
  const { chosen, choose } = useSelection(call, idOf, find === "", props.onSelect, props.selected);
  const [removing, setRemoving] = useState<readonly Item[]>();
  if (call.error !== undefined) {
    return (
      <CallFailure
        title={`The ${plural} can't be shown`}
        error={call.error}
        onRetry={call.reload}
      />
    );
  }
  const heading = props.heading ?? plural.charAt(0).toUpperCase() + plural.slice(1);
  const sort = sortOf(view.sort);
  const choosing = removal || props.onSelect || details || typeof actions === "function";
  const one = details && chosen.length === 1 ? chosen[0] : undefined;
  return (
    <SpaceBetween size="l">
      <Table<Item>
        {...(choosing
          ? {
              selectionType: details ? "single" : "multi",
              selectedItems: [...chosen],
              onSelectionChange: ({ detail }) => choose(detail.selectedItems),
            }
          : {})}
        items={shown}
        columnDefinitions={columns.map(definition)}
        trackBy={idOf}
        sortingColumn={{ sortingField: sort.id }}
        sortingDescending={sort.descending}
        onSortingChange={({ detail }) => {
          const id = detail.sortingColumn.sortingField ?? "";
          setSort(detail.isDescending ? `-${id}` : id);
        }}
        loading={call.loading && call.data === undefined}
        loadingText={`Loading ${plural}`}
        empty={
          <Box textAlign="center">
            {all.length === 0 && view.find === "" ? (
              empty
            ) : (
              <SpaceBetween size="xs" alignItems="center">
                <Box>No {plural} match.</Box>
                <Button formAction="none" onClick={() => setFind("")}>
                  Clear filter
                </Button>
              </SpaceBetween>
            )}
          </Box>
        }
        ariaLabels={{
          tableLabel: heading,
          selectionGroupLabel: `Selection of ${plural}`,
          itemSelectionLabel: (_, item) => idOf(item),
          allItemsSelectionLabel: () => `All ${plural} of this page`,
        }}
        header={
          <Header
            counter={
              call.data === undefined
                ? ""
                : countText(all.length, call.more !== undefined, chosen.length)
            }
            actions={
              <Actions>
                <Button
                  iconName="refresh"
                  formAction="none"
                  ariaLabel={`Reload ${plural}`}
                  onClick={call.reload}
                />
                {removal && (
                  <Button
                    formAction="none"
                    disabled={chosen.length === 0}
                    onClick={() => setRemoving(chosen)}
                  >
                    {removal.button ?? removal.verb ?? "Delete"}
                  </Button>
                )}
                {typeof actions === "function" ? actions(chosen) : actions}
              </Actions>
            }
          >
            {heading}
          </Header>
        }
        filter={
          all.length >= SEARCHED_FROM || view.find !== "" ? (
            <TextFilter
              filteringText={view.find}
              filteringAriaLabel={`Find ${plural}`}
              filteringPlaceholder={`Find ${plural}`}
              countText={foundText(found, call)}
              onChange={({ detail }) => setFind(detail.filteringText)}
            />
          ) : undefined
        }
        pagination={
          pages > 1 || call.more ? (
            <Actions>
              {call.more && (
                <Button formAction="none" loading={call.loading} onClick={call.more}>
                  Load more
                </Button>
              )}
              <Pagination
                currentPageIndex={page}
                pagesCount={pages}
                openEnd={call.more !== undefined}
                onChange={({ detail }) => setPage(detail.currentPageIndex)}
                onNextPageClick={({ detail }) => {
                  if (!detail.requestedPageAvailable) call.more?.();
                }}
              />
            </Actions>
          ) : undefined
        }
      />
      {one !== undefined && details?.(one)}
      {removal && removing && (
        <RemoveItems
          removal={removal}
          items={removing}
          plural={plural}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            choose([]);
            call.reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

/** How many were found, and among how many it was looked. */
function foundText(found: number, { data, more, byPrefix }: List<unknown>): string {
  const count = `${found.toLocaleString("en")}${byPrefix && more ? "+" : ""}`;
  if (byPrefix) return `${count} begin with it`;
  if (!more) return `${count} found`;
  return `${count} found in the first ${(data?.length ?? 0).toLocaleString("en")}`;
}

/** Names are as long as AWS allows: they are cut, so that the columns next to them are seen. */
function definition<Item>(column: Column<Item>): TableProps.ColumnDefinition<Item> {
  const { id, header, isRowHeader = false } = column;
  const shown = (item: Item) => cellOf(column, item);
  return {
    id,
    header,
    isRowHeader,
    cell: isRowHeader
      ? (item) => (
          <span className="row-name" title={nameOf(column, item)}>
            {shown(item)}
          </span>
        )
      : shown,
    ...("value" in column ? { sortingField: id } : {}),
  };
}

/** The whole name, for the tooltip of one that is cut. */
function nameOf<Item>(column: Column<Item>, item: Item): string | undefined {
  const value = "value" in column ? column.value(item) : undefined;
  return typeof value === "string" ? value : undefined;
}

function cellOf<Item>(column: Column<Item>, item: Item): ReactNode {
  if ("control" in column) return column.control(item);
  if (column.cell) return column.cell(item);
  const value = column.value(item);
  if (value instanceof Date) return <ShortMoment at={value} />;
  return typeof value === "string" ? <span className="value-cell">{value}</span> : (value ?? "–");
}
