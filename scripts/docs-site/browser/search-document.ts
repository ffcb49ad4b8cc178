import type { Options } from "minisearch";

/** A document of the search: a heading of a page with the words below it. */
export interface SearchDocument {
  /** The address, relative to the site's root. */
  readonly id: string;
  readonly page: string;
  readonly heading: string;
  readonly words: string;
}

/** Options for both, making the index and loading it. */
export const SEARCH_OPTIONS: Options<SearchDocument> = {
  fields: ["heading", "page", "words"],
  storeFields: ["page", "heading"],
  searchOptions: {
    boost: { heading: 4, page: 2 },
    combineWith: "AND",
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  },
};
