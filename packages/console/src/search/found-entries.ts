/** Something that the search finds. */
export interface SearchEntry {
  /** "Channel", "Documentation": shown beside the name. */
  readonly kind: string;
  readonly name: string;
  /** More text that is searched: an ARN. */
  readonly detail?: string;
  readonly href: string;
  /** Another page than the console's. */
  readonly external?: boolean;
}

const SCORES = { whole: 8, beginning: 4, word: 2, within: 1, detail: 0.5 } as const;

/**
 * The entries that have every word of the question in their name or detail, the best first: whole
 * names, then beginnings, then beginnings of words. Entries as good as each other stay in order.
 */
export function foundEntries(
  entries: readonly SearchEntry[],
  question: string,
  max: number,
): readonly SearchEntry[] {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return entries
    .map((entry, order) => ({ entry, order, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.order - other.order)
    .slice(0, max)
    .map(({ entry }) => entry);
}

function scoreOf({ kind, name, detail = "" }: SearchEntry, words: readonly string[]): number {
  const title = name.toLowerCase();
  const rest = `${kind} ${detail}`.toLowerCase();
  if (title === words.join(" ")) return SCORES.whole;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) least = Math.min(least, scoreOfWord(title, rest, word));
  return least;
}

function scoreOfWord(title: string, rest: string, word: string): number {
  const at = title.indexOf(word);
  if (at === 0) return SCORES.beginning;
  if (at > 0)
    return new RegExp(`[^a-z0-9]${escaped(word)}`).test(title) ? SCORES.word : SCORES.within;
  return rest.includes(word) ? SCORES.detail : 0;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
