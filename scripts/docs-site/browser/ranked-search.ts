import type MiniSearch from "minisearch";
import type { SearchResult } from "minisearch";
import type { SearchDocument } from "./search-document.ts";
import { type AskedTerm, askedTerms, termOf } from "./search-terms.ts";

const SYNONYM_WEIGHT = 0.3;
/** For a title that has all of the words, again if it is a page's, again if it has no others. */
const TITLE_FACTOR = 20;
/** Pages about how Rolecast came to be what it is. */
const HISTORY = /^(?:adr\/|changelog(?:#|$))/;

/**
 * The documents that have any of the question's words, those with more of them first. A title that
 * has all of them comes before any text; decisions and the change log come last, unless their title
 * is the question.
 */
export function rankedSearch(
  index: MiniSearch<SearchDocument>,
  question: string,
): readonly SearchResult[] {
  const asked = askedTerms(question);
  const terms = new Set(asked.map(({ term }) => term));
  for (const { synonyms } of asked) for (const synonym of synonyms) terms.add(synonym);
  const own = new Set(asked.map(({ term }) => term));
  const results = index.search([...terms].join(" "), {
    combineWith: "OR",
    // The terms are already what the index has.
    processTerm: (term) => term,
    boost: { heading: 4, page: 2 },
    boostTerm: (term) => (own.has(term) ? 1 : SYNONYM_WEIGHT),
    prefix: (term) => own.has(term),
    fuzzy: (term) => (own.has(term) && term.length > 4 ? 0.2 : false),
  });
  const ranked = results.map((result) => ({ result, ...rankOf(result, asked) }));
  ranked.sort((one, other) => Number(one.isLast) - Number(other.isLast) || other.rank - one.rank);
  return ranked.map(({ result }) => result);
}

function rankOf(
  { id, page, heading, queryTerms, score }: SearchResult,
  asked: readonly AskedTerm[],
) {
  const found = new Set(queryTerms);
  const title = termsOf(heading);
  const titles = [...termsOf(page), ...title];
  let covered = 0;
  for (const { term, synonyms } of asked) {
    if (found.has(term)) covered += 1;
    else if (synonyms.some((synonym) => found.has(synonym))) covered += SYNONYM_WEIGHT;
  }
  const isTitled = asked.every(({ term }) => titles.some((word) => word.startsWith(term)));
  const isTitle =
    isTitled && title.every((word) => asked.some(({ term }) => word.startsWith(term)));
  const share = covered / asked.length;
  const titleness = [isTitled, isTitled && heading === page, isTitle].filter(Boolean).length;
  const factor = TITLE_FACTOR ** titleness;
  return { isLast: HISTORY.test(String(id)) && !isTitle, rank: score * share ** 2 * factor };
}

function termsOf(text: string): readonly string[] {
  return text.split(/[\s\p{P}]+/u).flatMap((word) => {
    const term = termOf(word);
    return term === false || term === "" ? [] : [term];
  });
}
