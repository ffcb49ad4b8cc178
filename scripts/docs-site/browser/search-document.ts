import type { Options } from "minisearch";
import { termOf } from "./search-terms.ts";

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
  processTerm: termOf,
};
