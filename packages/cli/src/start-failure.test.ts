import { ConfigError, DataFolderError } from "@rolecast/server";
import { expect, test } from "vitest";
import { explainStartFailure, isMisconfigured } from "./start-failure.ts";

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error("raw"), { code, ...more });

test.each([
  [coded("EADDRINUSE", { port: 4566 }), "Port 4566 is in use."],
  [coded("EADDRINUSE"), "Port is in use."],
  [coded("EACCES"), "Not permitted: raw."],
  [coded("ENOTFOUND"), "This machine doesn't have the address given with --host: raw."],
  [coded("EDQUOT"), "The disk that holds the data folder is full."],
  [coded("EROFS"), "raw"],
  [new Error("outer", { cause: coded("ENOSPC") }), "The disk that holds the data folder is full."],
  [new ConfigError("Change it."), "Change it."],
])("%s is explained", (error, expected) => {
  expect(explainStartFailure(error)?.startsWith(expected)).toBe(true);
});

test("a port in use names every protocol's flag", () => {
  expect(explainStartFailure(coded("EADDRINUSE"))).toMatch(
    /choose others with --port, (?:--[a-z-]+, )*--[a-z-]+ and --[a-z-]+ \(0 takes a free one\)\.$/,
  );
});

test.each([new Error("x"), coded("EOTHER"), "text"])("%s is our own bug", (error) => {
  expect(explainStartFailure(error)).toBeUndefined();
});

test("to start again changes nothing about settings", () => {
  expect(isMisconfigured(new ConfigError("x"))).toBe(true);
  expect(isMisconfigured(new DataFolderError("x"))).toBe(false);
  expect(isMisconfigured(coded("EADDRINUSE"))).toBe(false);
});
