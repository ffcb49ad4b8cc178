import { useEffect, useState } from "react";

/** What a feed keeps for the page; the latest first. */
const ITEMS_MAX = 500;

export interface Feed<Item> {
  readonly items: readonly Item[];
  readonly state: "connecting" | "open" | "closed";
}

/**
 * Reads server-sent events below `/_rolecast/`, each a JSON object. The browser connects again by
 * itself, and goes on behind what it has; what a feed then tells again is known by `idOf`.
 */
export function useFeed<Item>(
  path: string,
  parse: (value: unknown) => Item | undefined,
  idOf?: (item: Item) => string,
): Feed<Item> {
  const [items, setItems] = useState<readonly Item[]>([]);
  const [state, setState] = useState<Feed<Item>["state"]>("connecting");
  useEffect(() => {
    const source = new EventSource(path);
    source.onopen = () => setState("open");
    source.onerror = () =>
      setState(source.readyState === EventSource.CLOSED ? "closed" : "connecting");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const item = parse(JSON.parse(data));
      if (item === undefined) return;
      const isSame = (other: Item) => idOf !== undefined && idOf(other) === idOf(item);
      setItems((known) => (known.some(isSame) ? known : [item, ...known].slice(0, ITEMS_MAX)));
    };
    return () => source.close();
  }, [path, parse, idOf]);
  return { items, state };
}
