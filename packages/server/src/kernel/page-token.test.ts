import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import { markOf, pageToken, readPageToken } from "./page-token.ts";

const KINDS = ["number", "string", "string"] as const;
const place = fc.tuple(
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => n + 0),
  fc.string({ unit: "binary" }),
  fc.string(),
);
const scope = fc.array(fc.oneof(fc.string(), fc.constant(undefined)), { minLength: 1 });

test("a token reads back to its place, for its own list alone", () => {
  fc.assert(
    fc.property(place, scope, scope, (at, own, other) => {
      const token = pageToken(markOf(own), at);
      expect(token).toMatch(/^[\w-]+$/);
      expect(readPageToken(token, markOf(own), KINDS)).toEqual(at);
      if (JSON.stringify(own) !== JSON.stringify(other))
        expect(readPageToken(token, markOf(other), KINDS)).toBeUndefined();
    }),
  );
  expectTypeOf(readPageToken("", "", KINDS)).toEqualTypeOf<
    readonly [number, string, string] | undefined
  >();
});

test("a token of other columns is refused", () => {
  const token = pageToken("list", [1, "a", "b"]);
  for (const kinds of [
    ["number", "string"],
    ["string", "string", "string"],
    ["number", "string", "string", "string"],
  ] as const)
    expect(readPageToken(token, "list", kinds)).toBeUndefined();
  expect(readPageToken(pageToken("list", []), "list", KINDS)).toBeUndefined();
});

test("a text that is no token is refused, as is another spelling of one", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readPageToken(text, "list", ["string"])).toBeUndefined();
      expect(readPageToken(`list${text}`, "list", ["string"])).toBeUndefined();
    }),
  );
  const token = pageToken("list", ["name"]);
  for (const spelling of [`${token}=`, `${token} `, ` ${token}`, `${token}!`, token.slice(0, -1)])
    expect(readPageToken(spelling, "list", ["string"])).toBeUndefined();
  // A document with more in it than JSON.stringify would write.
  const spaced = `list${Buffer.from(' "name"').toString("base64url")}`;
  expect(readPageToken(spaced, "list", ["string"])).toBeUndefined();
});
