import { expect, test } from "vitest";
import { foldersIn } from "./parameter-calls.ts";

const NAMES = ["title", "/a/x", "/a/b/y", "/a/b/z", "/ab/c", "/top"];

test.each([
  ["", ["/a", "/ab"]],
  ["/a", ["/a/b"]],
  ["/a/b", []],
])("the folders below %j are %j", (path, folders) => {
  expect(foldersIn(NAMES, path)).toEqual(folders);
});
