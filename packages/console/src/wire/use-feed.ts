import { useEffect, useState } from "react";
import { inBackground } from "../shared/in-background.ts";
import { useSession } from "./aws-context.tsx";
import { type Retold, withItem } from "./feed-items.ts";
import { followFeed } from "./follow-feed.ts";

export interface Feed<Item> {
  readonly items: readonly Item[];
  readonly state: "connecting" | "open" | "refused";
  /** The server's refusal of it. */
  readonly refusal: Error | undefined;
}

/**
 * Reads a feed below `/_rolecast/` with the key of who is signed in. It is connected to again by
 * itself, and continues after the last item; of a feed that then sends some again, `retold` knows
 * which.
 */
export function useFeed<Item>(
  path: string,
  parse: (value: unknown) => Item | undefined,
  retold?: Retold<Item>,
): Feed<Item> {
  const { late } = useSession();
  const [items, setItems] = useState<readonly Item[]>([]);
  const [state, setState] = useState<Feed<Item>["state"]>("connecting");
  const [refusal, setRefusal] = useState<Error>();
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const listener = {
      onOpen: () => setState("open"),
      onLost: () => setState("connecting"),
      onRefused: (error: Error) => {
        setRefusal(error);
        setState("refused");
      },
      onItem: (value: unknown) => {
        const item = parse(value);
        if (item !== undefined) setItems((known) => withItem(known, item, retold));
      },
    };
    const followed = late.coming.then(
      (aws) => followFeed(aws, path, listener, signal),
      listener.onRefused,
    );
    inBackground("News of the server can't be shown", followed);
    return () => abort.abort();
  }, [late, path, parse, retold]);
  return { items, state, refusal };
}
