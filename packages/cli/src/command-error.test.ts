import { expect, test } from "vitest";
import { CommandError, EXIT, explainFailure } from "./command-error.ts";

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error("raw"), { code, ...more });
const named = (name: string, more: object = {}) =>
  Object.assign(new Error("raw"), { name, ...more });
const explain = (error: unknown) => explainFailure(error, () => "http://h");

test("a command's own sentence and exit code stay", () => {
  const error = new CommandError("say so.", EXIT.usage);
  expect(explain(error)).toBe(error);
  expect(new CommandError("x").exitCode).toBe(EXIT.failed);
});

test.each([
  ["a refused connection", coded("ECONNREFUSED")],
  ["its cause", new Error("x", { cause: coded("ENOTFOUND") })],
  ["fetch", new TypeError("fetch failed")],
])("nothing answers: %s", (_name, error) => {
  expect(explain(error)).toMatchObject({
    exitCode: EXIT.unreachable,
    message: expect.stringContaining("nothing answers at http://h"),
  });
});

test("an answer that can't be read isn't Rolecast's", () => {
  const error = Object.assign(new SyntaxError("raw"), { $metadata: {} });
  expect(explain(error)?.exitCode).toBe(EXIT.unreachable);
  expect(explain(error)?.message).toContain("isn't Rolecast");
});

test.each([
  ["AccessDenied", "AccessDenied: raw"],
  ["InvalidClientTokenId", "InvalidClientTokenId: raw The key is that of"],
  ["SignatureDoesNotMatch", "SignatureDoesNotMatch: raw The key is that of"],
])("a refusal with %s is printed in AWS's words", (name, expected) => {
  const failure = explain(named(name, { $metadata: {} }));
  expect(failure?.exitCode).toBe(EXIT.refused);
  expect(failure?.message.startsWith(expected)).toBe(true);
});

test.each([
  [named("PolicyCompileError"), "raw"],
  [named("DataFolderInUseError"), "raw"],
  [named("MediaError"), "raw"],
  [coded("ENOENT", { path: "/a" }), "/a: there is no such file or folder."],
  [coded("ENOSPC"), "the disk is full."],
])("%s is one that its user can mend", (error, message) => {
  expect(explain(error)).toEqual({ message, exitCode: EXIT.failed });
});

test.each([new TypeError("x is undefined"), coded("EOTHER"), "text", undefined])(
  "%s is our own bug",
  (error) => {
    expect(explain(error)).toBeUndefined();
  },
);
