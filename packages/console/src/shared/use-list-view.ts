import { useMemo } from "react";
import { useAddressState } from "../routing/address-state.ts";
import { listName } from "../wire/use-list.ts";
import type { ListView } from "./list-arrangement.ts";

/** The part of a list that the page's address asks for. Another search begins at its first page. */
export function useListView(plural: string) {
  const name = listName(plural);
  const [find, writeFind] = useAddressState(`${name}.find`);
  const [sort, setSort] = useAddressState(`${name}.sort`);
  const [page, writePage] = useAddressState(`${name}.page`, "1");
  const view = useMemo<ListView>(
    () => ({ find, sort, page: Math.max(1, Math.trunc(Number(page)) || 1) }),
    [find, sort, page],
  );
  return {
    view,
    setSort,
    setFind: (text: string) => {
      writeFind(text);
      writePage("1");
    },
    setPage: (number: number) => writePage(String(number)),
  };
}
