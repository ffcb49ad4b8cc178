import { expect, test } from "vitest";
import { removeAll } from "./remove-all.ts";

const run = () => {
  const controller = new AbortController();
  const said: string[] = [];
  return { controller, said, signal: controller.signal, report: (text: string) => said.push(text) };
};

test("a refusal doesn't keep the others, and all refusals are thrown", async () => {
  const removed: string[] = [];
  const one = run();
  const removing = removeAll(
    ["a", "b", "c", "d"],
    String,
    async (name, { report }) => {
      if (name === "b" || name === "d") throw new Error(`${name} stays`);
      report(`1,000 of ${name}`);
      removed.push(name);
    },
    one,
  );
  await expect(removing).rejects.toMatchObject({
    errors: [new Error("b stays"), new Error("d stays")],
  });
  expect(removed).toEqual(["a", "c"]);
  expect(one.said).toEqual([
    "1 of 4: a",
    "1 of 4: 1,000 of a",
    "2 of 4: b",
    "3 of 4: c",
    "3 of 4: 1,000 of c",
    "4 of 4: d",
  ]);
});

test("a stop ends it after the item that is being removed", async () => {
  const one = run();
  const removed: string[] = [];
  const gone = await removeAll(
    ["a", "b", "c"],
    String,
    async (name) => {
      removed.push(name);
      if (name === "b") one.controller.abort();
    },
    one,
  );
  expect([gone, removed]).toEqual([2, ["a", "b"]]);
});

test("what a stop broke off isn't a refusal", async () => {
  const one = run();
  const remove = async () => {
    one.controller.abort();
    one.signal.throwIfAborted();
  };
  expect(await removeAll(["a", "b"], String, remove, one)).toBe(0);
});
