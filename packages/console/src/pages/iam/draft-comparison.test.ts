import { describe, expect, test } from "vitest";
import {
  compareWith,
  type DraftComparison,
  type DraftPlace,
  verdictOf,
  withDraft,
} from "./draft-comparison.ts";

const object = { resources: ["object"], keys: [] };
const bucket = { resources: ["bucket"], keys: [] };
const REFERENCE = {
  services: {
    s3: {
      actions: {
        GetObject: object,
        PutObject: object,
        GetBucketLocation: bucket,
        ListBucket: bucket,
      },
      resources: {
        object: "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
        bucket: "arn:${Partition}:s3:::${BucketName}",
      },
      keys: {},
    },
  },
  globalKeys: {},
  rcpServices: [],
};

const policy = (name: string, Action: string, more: object = {}) => ({
  name,
  text: JSON.stringify({
    Version: "2012-10-17",
    Statement: { Sid: "Own", Effect: "Allow", Action, Resource: "*", ...more },
  }),
});
const POLICIES = [policy("reads", "s3:Get*"), policy("lists", "s3:List*")];
const DRAFT = policy("", "s3:GetObject").text;
const PLACES: readonly (readonly [DraftPlace, string])[] = [
  [{ kind: "beside" }, "equal"],
  [{ kind: "all" }, "less"],
  [{ kind: "policy", name: "reads" }, "less"],
];

test.each(PLACES)("a draft %j is %s", (place, relation) => {
  const compared = compareWith(withDraft(POLICIES, DRAFT, place), POLICIES, REFERENCE);
  expect(compared).toMatchObject({ relation, exact: true, more: undefined });
});

describe("an example", () => {
  test("names a request, its condition keys, and the policy that allows it", () => {
    const Condition = { StringEquals: { "s3:prefix": "ivs/" } };
    const wider = policy("", "s3:PutObject", { Condition }).text;
    const candidate = withDraft(POLICIES, wider, { kind: "beside" });
    const { relation, more, less } = compareWith(candidate, POLICIES, REFERENCE);
    expect([relation, less]).toEqual(["more", undefined]);
    expect(more).toMatchObject({
      request: "s3:PutObject on arn:aws:s3:::example/example",
      context: ["s3:prefix = ivs/"],
      policy: "the draft",
    });
  });
});

const example = { request: "s3:GetObject on x", context: [], policy: "own" };
test.each<[Pick<DraftComparison, "relation" | "exact" | "more">, string, RegExp]>([
  [{ relation: "equal", exact: true, more: undefined }, "success", /^The same is allowed/],
  [{ relation: "less", exact: true, more: undefined }, "success", /^Nothing is newly allowed/],
  [{ relation: "more", exact: true, more: example }, "warning", /^More is allowed/],
  [{ relation: "incomparable", exact: true, more: example }, "warning", /others no longer are/],
  [{ relation: "more", exact: false, more: example }, "warning", /^Some requests are newly/],
  [{ relation: "less", exact: false, more: undefined }, "warning", /^No newly .* may be more/],
  // Neither side has an example, and still nothing is proven.
  [{ relation: "equal", exact: false, more: undefined }, "warning", /^No newly .* may be more/],
])("%j is one verdict: %s", (comparison, type, sentence) => {
  expect(verdictOf({ ...comparison, less: undefined })).toEqual({
    type,
    sentence: expect.stringMatching(sentence),
  });
});
