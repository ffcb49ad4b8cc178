import fc from "fast-check";
import { expect, test } from "vitest";
import { compileResource, resourceMatches } from "../compile/resource-matcher.ts";
import { resourcesThrough } from "./resources-through.ts";

const accessPointArn = "arn:aws:s3:us-east-1:111122223333:accesspoint/a";
const bucketArn = "arn:aws:s3:::b";
const NOTHING = new Map<string, string>();

const piece = fc.constantFrom(
  ...["*", "?", "arn:aws:s3:", "us-east-1", ":111122223333:", "accesspoint/", "a", "/object/", "/"],
  ...[
    "object",
    ":",
    "$",
    "$" + "{*}",
    "$" + "{$}",
    "arn:aws:s3:us-east-1:111122223333:accesspoint/a",
  ],
);
const pattern = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(""));
const key = fc.array(fc.constantFrom("a", "/", "*", "?", "$", "object", ":"), { maxLength: 4 });

function matches(patterns: readonly string[], negated: boolean, variables: boolean, arn: string) {
  const matcher = compileResource({ values: patterns, negated }, "Allow", variables);
  return resourceMatches(matcher, arn, NOTHING);
}

test("a pattern matches an access point's resource if its translation matches the bucket's", () => {
  fc.assert(
    fc.property(pattern, key, fc.boolean(), (one, parts, variables) => {
      const name = parts.join("");
      const passage = { accessPointArn, bucketArn };
      const through = resourcesThrough([one], passage, { variables, most: true });
      const does = (arn: string, patterns: readonly string[]) =>
        patterns.length > 0 && matches(patterns, false, variables, arn);
      const mine = `${accessPointArn}/object/${name}`;
      expect(does(`${bucketArn}/${name}`, through)).toBe(does(mine, [one]));
      expect(does(bucketArn, through)).toBe(does(accessPointArn, [one]));
    }),
    { numRuns: 2_000 },
  );
});

const USERNAME = "$" + "{aws:username}";

test.each([
  [
    "keeps variables once the key has begun",
    { one: `${accessPointArn}/object/${USERNAME}/*`, most: true },
    [`${bucketArn}/${USERNAME}/*`],
  ],
  [
    "takes a variable in the point's name for any text",
    { one: `arn:aws:s3:*:*:accesspoint/${USERNAME}/object/x`, most: true },
    [`${bucketArn}/*/object/x`, `${bucketArn}/object/x`, `${bucketArn}/x`],
  ],
  ["or for none", { one: `arn:aws:s3:*:*:accesspoint/${USERNAME}/object/x`, most: false }, []],
])("%s", (_, { one, most }, expected) => {
  const passage = { accessPointArn, bucketArn };
  const found = resourcesThrough([one], passage, { variables: true, most });
  expect([...found].sort()).toEqual(expected);
});
