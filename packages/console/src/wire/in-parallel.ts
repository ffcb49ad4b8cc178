/** Browsers open this many connections to one server. */
const AT_ONCE = 6;

/** Asks for each of the items, a few at a time; the answers are in the items' order. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const rest = items.entries();
  const work = async () => {
    for (const [index, item] of rest) answers[index] = await ask(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
