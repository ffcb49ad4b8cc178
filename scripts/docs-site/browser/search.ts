import MiniSearch, { type SearchResult } from "minisearch";
import { pageAddress } from "./page-address.ts";
import { rankedSearch } from "./ranked-search.ts";
import { SEARCH_OPTIONS, type SearchDocument } from "./search-document.ts";

declare global {
  /** Set by `search-index.js`: the index as JSON. */
  var rolecastSearchIndex: string | undefined;
}

const SHOWN_MAX = 12;
const root = document.documentElement.dataset.root ?? ".";
let loading: Promise<MiniSearch<SearchDocument>> | undefined;

/** A script, not a fetch: pages from the file system may load the one and not the other. */
function loadIndex(): Promise<MiniSearch<SearchDocument>> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}/assets/search-index.js`;
    script.addEventListener("load", () =>
      resolve(MiniSearch.loadJSON<SearchDocument>(rolecastSearchIndex ?? "", SEARCH_OPTIONS)),
    );
    script.addEventListener("error", () => {
      loading = undefined;
      reject(new Error("The search index can't be read."));
    });
    document.head.append(script);
  });
  return loading;
}

/** Results are links in a list: Tab and the arrow keys walk through them, Escape goes back. */
export function addSearch(
  form: HTMLFormElement,
  input: HTMLInputElement,
  found: HTMLElement,
): void {
  const status = found.querySelector("p");
  const list = found.querySelector("ul");
  if (!status || !list) throw new Error("The page lacks a place for results");
  const links = () => [...list.querySelectorAll("a")];

  const search = async () => {
    const query = input.value.trim();
    found.hidden = query === "";
    if (query === "") return;
    try {
      const results = rankedSearch(await loadIndex(), query);
      if (query !== input.value.trim()) return;
      list.replaceChildren(...results.slice(0, SHOWN_MAX).map(itemOf));
      status.textContent = results.length === 0 ? `Nothing about “${query}”.` : count(results);
    } catch (error) {
      status.textContent = String(error);
    }
  };
  input.addEventListener("focus", () => loadIndex().catch(() => undefined));
  input.addEventListener("input", search);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    links()[0]?.click();
  });
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      found.hidden = true;
      input.focus();
    } else if (step !== undefined && !found.hidden) {
      event.preventDefault();
      const stops: (Element | null)[] = [input, ...links()];
      const next = stops.at((stops.indexOf(document.activeElement) + step) % stops.length);
      if (next instanceof HTMLElement) next.focus();
    }
  });
  // A result on this very page is followed without loading it anew.
  list.addEventListener("click", () => {
    found.hidden = true;
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !form.contains(target)) found.hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target === input) return;
    event.preventDefault();
    input.focus();
  });
  form.hidden = false;
}

function count({ length }: readonly SearchResult[]): string {
  if (length === 1) return "1 result";
  return length > SHOWN_MAX ? `${length} results, the best ${SHOWN_MAX}:` : `${length} results`;
}

function itemOf({ id, page, heading }: SearchResult): HTMLLIElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = pageAddress(`${root}/${id}`);
  link.append(heading);
  if (page !== heading) {
    const small = document.createElement("small");
    small.textContent = page;
    link.append(" ", small);
  }
  item.append(link);
  return item;
}
