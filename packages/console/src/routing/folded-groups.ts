import type { FoldedGroups } from "./navigation.ts";

const FOLDED_ITEM = "rolecast.navigation";

/** The groups of the side that somebody opened or folded in this browser. */
export function rememberedGroups(): FoldedGroups {
  const text = window.localStorage.getItem(FOLDED_ITEM);
  return text === null ? {} : groupsIn(text);
}

export function rememberGroups(groups: FoldedGroups): void {
  window.localStorage.setItem(FOLDED_ITEM, JSON.stringify(groups));
}

/** The groups in a stored text: one of another version, or by hand, is no reason not to start. */
export function groupsIn(text: string): FoldedGroups {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, boolean] => {
      return typeof entry[1] === "boolean";
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
