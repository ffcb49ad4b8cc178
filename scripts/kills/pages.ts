/** All items of an operation that answers in pages. */
export async function allPages<Answer, Item>(
  ask: (token: string | undefined) => Promise<Answer>,
  itemsOf: (answer: Answer) => readonly Item[] | undefined,
  tokenOf: (answer: Answer) => string | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const answer = await ask(token);
    items.push(...(itemsOf(answer) ?? []));
    token = tokenOf(answer);
  } while (token !== undefined && token !== "");
  return items;
}

/** The key of a thing with this name; undefined for one that isn't the model's. */
export function keyOf(prefix: string, name: string | undefined): string | undefined {
  const key = name?.startsWith(prefix) ? name.slice(prefix.length) : undefined;
  return key !== undefined && /^k\d/.test(key) ? key : undefined;
}

/** Adds a member, or replaces it; undefined removes it. */
export function withMember<Value>(
  members: Readonly<Record<string, Value>>,
  name: string,
  value: Value | undefined,
): Record<string, Value> {
  const { [name]: _, ...others } = members;
  return value === undefined ? others : { ...others, [name]: value };
}

/**
 * Things by the campaign's keys. Those that share a name, of which there should be one, get keys
 * that nobody has asked for.
 */
export function byKey<State>(
  prefix: string,
  named: readonly (readonly [name: string | undefined, state: State])[],
): Map<string, State> {
  const things = new Map<string, State>();
  for (const [name, state] of named) {
    let key = keyOf(prefix, name);
    if (key === undefined) continue;
    while (things.has(key)) key += " again";
    things.set(key, state);
  }
  return things;
}
