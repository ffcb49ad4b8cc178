import { useEffect, useState } from "react";
import { type Retold, withItem } from "./feed-items.ts";

export interface Feed<Item> {
  readonly items: readonly Item[];
  readonly state: "connecting" | "open" | "closed";
}

/**
 * Reads server-sent events below `/_rolecast/`, each a JSON object. The browser connects again by
 * itself, and goes on behind what it has; of a feed that then tells some again, `retold` knows which.
 */
export function useFeed<Item>(
  path: string,
  parse: (value: unknown) => Item | undefined,
  retold?: Retold<Item>,
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
      setItems((known) => withItem(known, item, retold));
    };
    return () => source.close();
  }, [path, parse, retold]);
  return { items, state };
}
