import {
  createContext,
  useCallback,
  useContext,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { parsePlace } from "./hash-route.ts";

/** Whether the parts of a page keep their state in its address. Dialogs don't: they have none. */
export const KeptInAddress = createContext(true);

/**
 * A state that is a parameter of the page's address, so that a link, a reload and the browser's
 * Back return to it. Setting it adds nothing to the browser's history. Every component that names
 * the parameter has the same value; the fallback's isn't written.
 */
export function useAddressState(
  name: string,
  fallback = "",
): readonly [value: string, set: (value: string) => void] {
  const inAddress = useContext(KeptInAddress);
  const [own, setOwn] = useState(fallback);
  const [path] = useState(() => parsePlace(window.location.hash).path);
  const last = useRef(fallback);
  const read = () => {
    const place = parsePlace(window.location.hash);
    // The page that leaves is shown until the next one's code is there.
    if (place.path === path) last.current = place.query.get(name) ?? fallback;
    return last.current;
  };
  const value = useSyncExternalStore(subscribe, read);
  const set = useCallback(
    (next: string) => replaceParameter(name, next === fallback ? undefined : next),
    [name, fallback],
  );
  return inAddress ? [value, set] : [own, setOwn];
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("hashchange", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("hashchange", listener);
  };
}

function replaceParameter(name: string, value: string | undefined): void {
  window.history.replaceState(null, "", withParameter(window.location.hash, name, value));
  for (const listener of listeners) listener();
}

/** The address with one parameter changed, or without it. */
export function withParameter(hash: string, name: string, value: string | undefined): string {
  const { path, query } = parsePlace(hash);
  if (value === undefined) query.delete(name);
  else query.set(name, value);
  const search = query.toString();
  return `#${path}${search === "" ? "" : `?${search}`}`;
}
