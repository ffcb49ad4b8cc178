import { expect, test } from "vitest";
import { getObjectLine, hasDotParts } from "./dot-keys.ts";

test.each(["a/../b", "./a", "..", "a/.", "a/%2E%2e/b", "a/.%2e"])("%s has such a part", (key) => {
  expect(hasDotParts(key)).toBe(true);
  const { pathname } = new URL(`http://h/bucket/${key}`);
  expect(pathname).not.toBe(`/bucket/${key}`);
});

test.each(["a/b", ".hidden", "a/...", "a..b/c.", "a//b"])("%s has none", (key) => {
  expect(hasDotParts(key)).toBe(false);
  expect(new URL(`http://h/bucket/${key}`).pathname).toBe(`/bucket/${key}`);
});

test("the line for it quotes the key", () => {
  expect(getObjectLine("films", "../it's", "http://h")).toBe(
    "aws s3api get-object --bucket films --key '../it'\\''s' object --endpoint-url http://h",
  );
});
