import { afterAll, beforeAll, expect, test } from "vitest";
import { floatingPromises } from "./typed/floating-promises.ts";
import { OWN_NAMES } from "./typed/own-names.ts";
import { plainLookups } from "./typed/plain-lookups.ts";
import { TypedSources } from "./typed/typed-sources.ts";

/*
 * Rules that need to know types. One compiler answers for all of them.
 */
let sources: TypedSources;

beforeAll(() => {
  sources = new TypedSources();
}, 120_000);
afterAll(() => sources?.close());

test("no text of a caller's names a property of a plain object", () => {
  const lookups = plainLookups(sources);
  const listed = new Set(
    Object.values(OWN_NAMES).flatMap((files) =>
      Object.entries(files).flatMap(([path, texts]) => texts.map((text) => `${path}: ${text}`)),
    ),
  );
  const found = lookups.filter(({ path, text }) => !listed.has(`${path}: ${text}`));
  expect(found.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
  const there = new Set(lookups.map(({ path, text }) => `${path}: ${text}`));
  expect([...listed].filter((each) => !there.has(each))).toEqual([]);
}, 120_000);

test("promises that nobody waits for go through inBackground", () => {
  const found = floatingPromises(sources);
  expect(found.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
}, 120_000);
