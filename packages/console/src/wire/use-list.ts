import { useEffect, useRef, useState } from "react";
import { useAddressState } from "../routing/address-state.ts";
import type { AwsClients } from "./aws-clients.ts";
import { type ReadItems, readPages } from "./read-pages.ts";
import { type Call, type CallOptions, useCall } from "./use-call.ts";

const FIRST_ITEMS = 2_000;
/** The next letter may come within this time: the server isn't asked before. */
const TYPING_MS = 300;

/** A list that is read page by page. */
export interface List<Item> extends Call<readonly Item[]> {
  /** Reads further; undefined if all is read. */
  readonly more?: (() => void) | undefined;
  /** The server searched: these are the items that begin with what is looked for. */
  readonly byPrefix?: boolean;
}

interface ListOptions extends CallOptions {
  /** Items that are read at first. */
  readonly first?: number;
}

type Pages<Item> = AsyncIterable<readonly Item[]>;

/** Reads the first items of a list, and twice as many whenever more are wanted. */
export function useList<Item>(
  key: string,
  pages: (aws: AwsClients) => Pages<Item>,
  { first = FIRST_ITEMS, ...options }: ListOptions = {},
): List<Item> {
  const wanted = useRef({ key, items: first });
  if (wanted.current.key !== key) wanted.current = { key, items: first };
  const { data, reload, ...call } = useCall<ReadItems<Item>>(
    key,
    (aws) => readPages(pages(aws), wanted.current.items),
    options,
  );
  const more = () => {
    wanted.current.items *= 2;
    reload();
  };
  return {
    ...call,
    reload,
    data: data?.items,
    more: data === undefined || data.complete ? undefined : more,
  };
}

/**
 * A list that the server searches by a prefix once it is too long to be read at once. `plural` is
 * the table's, whose search field says what is looked for.
 */
export function usePrefixList<Item>(
  plural: string,
  key: string,
  pages: (aws: AwsClients, prefix: string) => Pages<Item>,
): List<Item> {
  const [find] = useAddressState(`${listName(plural)}.find`);
  const prefix = useSettled(find);
  const first = useList(key, (aws) => pages(aws, ""));
  const searched = prefix !== "" && first.more !== undefined;
  const found = useList(`${key} beginning with ${searched ? prefix : ""}`, (aws) =>
    searched ? pages(aws, prefix) : nothing(),
  );
  if (!searched) return first;
  const reload = () => {
    first.reload();
    found.reload();
  };
  return { ...found, reload, byPrefix: true };
}

async function* nothing(): Pages<never> {}

/** Lists are named in addresses: `#/iam/roles?roles.find=ivs`. */
export function listName(plural: string): string {
  return plural.replaceAll(" ", "-");
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
