import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answerOtherTabs, askOtherTabs, signOutOtherTabs } from "./tab-handover.ts";

const KEY = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cret", sessionToken: "token" };
/** A browser's locks: those held by all of its tabs. */
let held: Set<string>;
const locks = {
  query: async () => ({ held: [...held].map((name) => ({ name })) }),
  request: async (name: string, _options: object, run: () => Promise<unknown>) => {
    held.add(name);
    await run();
    held.delete(name);
  },
};
const ended: (() => void)[] = [];
beforeEach(() => {
  held = new Set();
  vi.stubGlobal("navigator", { locks });
});
afterEach(() => {
  vi.unstubAllGlobals();
  for (const end of ended.splice(0)) end();
});

function tabWith(accessKeyId: string, onSignedOut: () => void = () => {}): void {
  ended.push(answerOtherTabs({ ...KEY, accessKeyId }, onSignedOut));
}

test("a new tab gets the whole key of a tab that has one, and nothing without one", async () => {
  expect(await askOtherTabs()).toBeUndefined();
  ended.push(answerOtherTabs(KEY, () => {}));
  expect(await askOtherTabs()).toEqual(KEY);
});

test.each([
  ["with locks", { locks }],
  ["without", {}],
])("a page %s waits for an answer only where a tab may have one", async (which, navigator) => {
  vi.stubGlobal("navigator", navigator);
  const timers = vi.spyOn(globalThis, "setTimeout");
  expect(await askOtherTabs()).toBeUndefined();
  expect(timers.mock.calls.length > 0).toBe(which === "without");
  ended.push(answerOtherTabs(KEY, () => {}));
  expect(await askOtherTabs()).toEqual(KEY);
  timers.mockRestore();
});

test("a tab that was closed gives nothing away any more", async () => {
  answerOtherTabs(KEY, () => {})();
  expect(await askOtherTabs()).toBeUndefined();
});

test("signing out ends the tabs with the same key, and no others", async () => {
  const out: string[] = [];
  tabWith("AKIDONE", () => out.push("one"));
  tabWith("AKIDTWO", () => out.push("two"));
  tabWith("AKIDONE", () => out.push("one again"));
  signOutOtherTabs({ ...KEY, accessKeyId: "AKIDONE" });
  await expect.poll(() => out.length).toBe(2);
  expect(await askOtherTabs()).toMatchObject({ accessKeyId: expect.stringMatching(/AKID/) });
  expect(out.sort()).toEqual(["one", "one again"]);
});

test("messages of another shape are no keys", async () => {
  const channel = new BroadcastChannel("rolecast.session");
  ended.push(() => channel.close());
  channel.onmessage = () => {
    for (const key of [undefined, "AKID", { accessKeyId: 1, secretAccessKey: "x" }]) {
      channel.postMessage({ type: "key", key });
    }
  };
  expect(await askOtherTabs()).toBeUndefined();
});
