import fc from "fast-check";
import { expect, test } from "vitest";
import { character } from "../testing/unicode.ts";
import { matchPath, parsePlace, placeOf } from "./hash-route.ts";

test("what a link is made of comes out of its address again", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: character }),
      fc.string({ minLength: 1 }),
      (bucket, prefix) => {
        const href = placeOf("/s3/buckets/:bucket", { bucket }, { prefix });
        const place = parsePlace(href);
        expect(matchPath("/s3/buckets/:bucket", place.path)).toEqual({ bucket });
        expect(place.query.get("prefix")).toBe(prefix);
      },
    ),
  );
});

test.each([
  ["/iam/roles/:name", "/iam/roles", undefined],
  ["/iam/roles/:name", "/iam/users/ann", undefined],
  ["/iam/roles/:name", "/iam/roles/", undefined],
  ["/iam/roles", "/iam/roles", {}],
])("%s on %s", (pattern, path, params) => {
  expect(matchPath(pattern, path)).toEqual(params);
});
