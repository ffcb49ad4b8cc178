import type MiniSearch from "minisearch";
import type { SearchResult } from "minisearch";
import type { SearchDocument } from "./search-document.ts";
import { type AskedTerm, askedTerms, termOf } from "./search-terms.ts";

const SYNONYM_WEIGHT = 0.3;
/** For a title that has all of the words, again if it is a page's, again if it has no others. */
const TITLE_FACTOR = 20;
/** For a page whose title says the same in other words. */
const OTHER_WORDS_FACTOR = 10;
/** For sentences as they are printed, with what to do: most who search have such a sentence. */
const FAILURE_FACTOR = 4;
const FAILURES = /^when-something-fails(?:#|$)/;
/** Pages for those who work on Rolecast, and how it came to be what it is. */
const WORKSHOP =
  /^(?:adr\/|(?:changelog|contributing|architecture|style|releasing|benchmarks)(?:#|$))/;

/**
 * The documents that have any of the question's words, those with more of them first. A title that
 * has all of them comes before any text, and "When something fails" before other texts; what is for
 * those who work on Rolecast comes last, unless its title is the question.
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
  const isTitledInOtherWords =
    heading === page &&
    asked.every(({ term, synonyms }) =>
      [term, ...synonyms].some((one) => title.some((word) => word.startsWith(one))),
    );
  const isTitle =
    isTitled && title.every((word) => asked.some(({ term }) => word.startsWith(term)));
  const share = covered / asked.length;
  const titleness = [isTitled, isTitled && heading === page, isTitle].filter(Boolean).length;
  let rank = score * share ** 2 * TITLE_FACTOR ** titleness;
  if (isTitledInOtherWords && !isTitled) rank *= OTHER_WORDS_FACTOR;
  if (FAILURES.test(String(id))) rank *= FAILURE_FACTOR;
  return { isLast: WORKSHOP.test(String(id)) && !isTitle, rank };
}

function termsOf(text: string): readonly string[] {
  return text.split(/[\s\p{P}]+/u).flatMap((word) => {
    const term = termOf(word);
    return term === false || term === "" ? [] : [term];
  });
}
