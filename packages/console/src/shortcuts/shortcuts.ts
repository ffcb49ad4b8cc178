import { ownValue } from "../shared/own-value.ts";

/** Something that a key does anywhere in the console. */
export type ShortcutAction = "search" | "shortcuts" | { readonly goTo: string };

export interface Shortcut {
  /** As people read it. */
  readonly keys: string;
  readonly does: string;
}

/** After `g`: the pages that are opened most. */
const PAGES: Readonly<Record<string, readonly [title: string, href: string]>> = {
  o: ["Overview", "#/"],
  c: ["Channels", "#/ivs/channels"],
  r: ["Recordings", "#/ivs/recordings"],
  b: ["Buckets", "#/s3/buckets"],
  u: ["Users", "#/iam/users"],
  p: ["Policies", "#/iam/policies"],
  a: ["Activity", "#/activity"],
};

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: "/", does: "Search" },
  { keys: "Ctrl K, ⌘ K", does: "Search, from a field too" },
  { keys: "?", does: "This list" },
  { keys: "Esc", does: "Close what is open" },
  ...Object.entries(PAGES).map(([key, [title]]) => ({ keys: `g ${key}`, does: title })),
];

export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * The action of a key after another one; undefined if it has none. Keys without Ctrl or ⌘ mean
 * nothing where somebody types (`typing`) or has switched them off.
 */
export function shortcutOf(
  { key, ctrlKey, metaKey, altKey }: PressedKey,
  before: string | undefined,
  { typing, single }: { readonly typing: boolean; readonly single: boolean },
): ShortcutAction | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return key.toLowerCase() === "k" ? "search" : undefined;
  if (typing || !single) return undefined;
  if (before === "g") {
    const page = ownValue(PAGES, key);
    return page && { goTo: page[1] };
  }
  if (key === "/") return "search";
  return key === "?" ? "shortcuts" : undefined;
}
