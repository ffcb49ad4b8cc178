import { expect, test } from "vitest";
import { findPage } from "../pages/pages.ts";
import { parsePlace } from "../routing/hash-route.ts";
import { SHORTCUTS, shortcutOf } from "./shortcuts.ts";

const FREE = { typing: false, single: true };
const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {},
) => ({
  ...{ ctrlKey: false, metaKey: false, altKey: false },
  ...{ ...held, key },
});

test.each([
  ["/", {}, undefined, FREE, "search"],
  ["?", {}, undefined, FREE, "shortcuts"],
  ["k", { ctrlKey: true }, undefined, { typing: true, single: false }, "search"],
  ["K", { metaKey: true }, undefined, FREE, "search"],
  ["/", {}, undefined, { typing: true, single: true }, undefined],
  ["/", {}, undefined, { typing: false, single: false }, undefined],
  ["/", { ctrlKey: true }, undefined, FREE, undefined],
  ["k", { altKey: true, ctrlKey: true }, undefined, FREE, undefined],
  ["b", {}, "g", FREE, { goTo: "#/s3/buckets" }],
  ["b", {}, "x", FREE, undefined],
  ["z", {}, "g", FREE, undefined],
] as const)("%s %j after %s, %j: %j", (key, held, before, state, expected) => {
  expect(shortcutOf(press(key, held), before, state)).toEqual(expected);
});

test("every shortcut that is listed does something, and its page exists", () => {
  for (const { keys } of SHORTCUTS.filter(({ keys: shown }) => shown.startsWith("g "))) {
    const action = shortcutOf(press(keys.slice(2)), "g", FREE);
    expect(action).toHaveProperty("goTo");
    if (typeof action !== "object") continue;
    expect(findPage(parsePlace(action.goTo).path).route.pattern).not.toBe("");
  }
});
