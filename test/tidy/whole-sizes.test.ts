import fc from "fast-check";
import { expect, test } from "vitest";

test("a property's entries are as many as its sizes say", () => {
  const lengths = fc
    .sample(fc.array(fc.nat(), { maxLength: 100 }), 200)
    .map(({ length }) => length);
  expect(Math.max(...lengths)).toBeGreaterThan(50);
});
