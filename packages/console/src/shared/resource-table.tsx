import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import type { Call } from "../wire/use-call.ts";
import { Actions } from "./actions.tsx";
import { CallFailure } from "./call-failure.tsx";

const PAGE_SIZE = 25;
/** The same list each time, so that a table without data isn't drawn again and again. */
const NOTHING: readonly never[] = [];

export interface ResourceTableProps<Item> {
  /** The nouns: "channels". */
  readonly plural: string;
  readonly call: Call<readonly Item[]>;
  readonly columns: readonly TableProps.ColumnDefinition<Item>[];
  readonly idOf: (item: Item) => string;
  /** The hint when there is none. */
  readonly empty: ReactNode;
  readonly actions?: ReactNode;
  readonly selected?: readonly Item[];
  readonly onSelect?: (items: readonly Item[]) => void;
  readonly selectionType?: "single" | "multi";
  readonly heading?: string;
}

/**
 * A list of resources: filter, sort, pages, selection; a refusal instead of the list if it failed.
 */
export function ResourceTable<Item extends object>(props: ResourceTableProps<Item>) {
  const { plural, call, columns, idOf, empty, actions, selected, onSelect } = props;
  const all: readonly Item[] = call.data ?? NOTHING;
  const {
    items,
    filterProps,
    paginationProps,
    collectionProps,
    filteredItemsCount,
    actions: act,
  } = useCollection<Item>(all, {
    filtering: {
      empty: <Box textAlign="center">{empty}</Box>,
      noMatch: (
        <SpaceBetween size="xs" alignItems="center">
          <Box>No {plural} match.</Box>
          <Button formAction="none" onClick={() => act.setFiltering("")}>
            Clear filter
          </Button>
        </SpaceBetween>
      ),
    },
    pagination: { pageSize: PAGE_SIZE },
    sorting: {},
  });
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
  return (
    <Table<Item>
      {...collectionProps}
      {...(onSelect
        ? {
            selectionType: props.selectionType ?? "single",
            selectedItems: [...(selected ?? [])],
            onSelectionChange: ({ detail }) => onSelect(detail.selectedItems),
          }
        : {})}
      items={items}
      columnDefinitions={columns.map(named)}
      trackBy={idOf}
      loading={call.loading && call.data === undefined}
      loadingText={`Loading ${plural}`}
      ariaLabels={{
        tableLabel: heading,
        selectionGroupLabel: `Selection of ${plural}`,
        itemSelectionLabel: (_, item) => idOf(item),
        allItemsSelectionLabel: () => `All ${plural}`,
      }}
      header={
        <Header
          counter={call.data === undefined ? "" : `(${all.length})`}
          actions={
            <Actions>
              <Button
                iconName="refresh"
                formAction="none"
                ariaLabel={`Reload ${plural}`}
                onClick={call.reload}
              />
              {actions}
            </Actions>
          }
        >
          {heading}
        </Header>
      }
      filter={
        all.length > 5 ? (
          <TextFilter
            {...filterProps}
            filteringAriaLabel={`Find ${plural}`}
            filteringPlaceholder={`Find ${plural}`}
            countText={`${filteredItemsCount ?? 0} found`}
          />
        ) : undefined
      }
      pagination={all.length > PAGE_SIZE ? <Pagination {...paginationProps} /> : undefined}
    />
  );
}

/** Names are as long as AWS allows: they are broken, so that the columns next to them are seen. */
function named<Item>(column: TableProps.ColumnDefinition<Item>): TableProps.ColumnDefinition<Item> {
  if (column.isRowHeader !== true) return column;
  return { ...column, cell: (item) => <span className="name-cell">{column.cell(item)}</span> };
}
