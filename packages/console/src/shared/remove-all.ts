/** A deletion under way: it says how far it is, and ends early when the signal says so. */
export interface Run {
  readonly signal: AbortSignal;
  readonly report: (sentence: string) => void;
}

/**
 * Removes one item after the other, and goes on after a refusal; a stop ends it after the item that
 * is being removed. Rejects with all refusals; resolves to the number of items that are gone.
 */
export async function removeAll<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  remove: (item: Item, run: Run) => Promise<void>,
  { signal, report }: Run,
): Promise<number> {
  let gone = 0;
  const refusals: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (signal.aborted) break;
    const place = items.length === 1 ? "" : `${index + 1} of ${items.length}: `;
    report(`${place}${nameOf(item)}`);
    try {
      await remove(item, { signal, report: (sentence) => report(`${place}${sentence}`) });
      gone += 1;
    } catch (error) {
      if (!signal.aborted)
        refusals.push(...(error instanceof AggregateError ? error.errors : [error]));
    }
  }
  if (refusals.length > 0) throw new AggregateError(refusals);
  return gone;
}
