import fc from "fast-check";
import { expect, test } from "vitest";
import { completePolicy } from "./policy-completion.ts";

const WORDS = {
  actions: { ivs: ["GetChannel"], s3: ["GetObject", "ListBucket"] },
  keys: { ivs: ["ivs:Key"], s3: ["s3:prefix"] },
  globalKeys: ["aws:SourceIp"],
};

/** The completion where the text has a bar. */
function at(marked: string) {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = completePolicy(text, offset, WORDS);
  return found && { replaced: text.slice(found.from, found.to), options: found.options };
}

const ACTIONS = ["ivs:*", "ivs:GetChannel", "s3:*", "s3:GetObject", "s3:ListBucket"];
const inStatement = (text: string) => `{"Version": "2012-10-17", "Statement": [{${text}}]}`;

test.each([
  ["an action", inStatement('"Action": "s3:Ge|"'), "s3:Ge", ACTIONS],
  ["an action in a list", inStatement('"Action": ["ivs:GetChannel", "|"]'), "", ACTIONS],
  ["an action of the only statement", '{"Statement": {"NotAction": "|"}}', "", ACTIONS],
  ["an effect", inStatement('"Effect": "A|"'), "A", ["Allow", "Deny"]],
  ["the version", '{"Version": "2|"}', "2", ["2012-10-17"]],
  ["an element", '{"|"}', "", ["Version", "Id", "Statement"]],
  [
    "a principal's type",
    inStatement('"Principal": {"A|": ""}'),
    "A",
    expect.arrayContaining(["AWS"]),
  ],
  ["a statement's element", inStatement('"Eff|": ""'), "Eff", expect.arrayContaining(["Effect"])],
  [
    "an operator",
    inStatement('"Condition": {"Str|": {}}'),
    "Str",
    expect.arrayContaining(["StringLike", "Null", "BoolIfExists", "ForAnyValue:StringEquals"]),
  ],
  [
    "a key of the statement's services",
    inStatement('"Action": ["s3:GetObject"], "Condition": {"StringLike": {"s3|": "x"}}'),
    "s3",
    ["s3:prefix", "aws:SourceIp"],
  ],
  [
    "any key where no service is named",
    inStatement('"Condition": {"StringLike": {"|": "x"}}, "Action": "*"'),
    "",
    ["ivs:Key", "s3:prefix", "aws:SourceIp"],
  ],
])("%s is completed", (_, marked, replaced, options) => {
  expect(at(marked)).toEqual({ replaced, options });
});

test.each([
  ["outside quotes", inStatement('"Action": |"s3:GetObject"')],
  ["in a resource", inStatement('"Resource": "arn|"')],
  ["in a condition's value", inStatement('"Condition": {"StringLike": {"s3:prefix": "a|"}}')],
  ["in something else", '{"Other": {"|": 1}}'],
])("nothing is proposed %s", (_, marked) => {
  expect(at(marked)).toBeUndefined();
});

test("of any text a proposal replaces what the quotes around the cursor hold", () => {
  const piece = fc.constantFrom(...'{}[]:," \n', '"Statement"', '"Action"', "s3:", '"Condition"');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(), (pieces, place) => {
      const text = pieces.join("");
      const offset = place % (text.length + 1);
      const found = completePolicy(text, offset, WORDS);
      if (!found) return;
      expect(text[found.from - 1]).toBe('"');
      expect(found.from).toBeLessThanOrEqual(offset);
      expect(found.to).toBeGreaterThanOrEqual(offset);
    }),
  );
});
