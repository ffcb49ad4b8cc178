import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPolicy } from "./check-policy.ts";
import { CHECKED_POLICY_TYPES, CHECKED_RESOURCE_TYPES } from "./subject.ts";
import { DATA } from "./testing/data.testing.ts";

/** The most characters of a policy that the API takes. */
const CHARS_MAX = 65_536;
/** Generous beside the hundredths of a second that it takes, for a machine with other work. */
const LONG_MS = 4_000;

const WORDS = [
  ...[
    "*",
    "s3:*",
    "s3:Get*",
    "iam:PassRole",
    "sts:AssumeRole",
    "nope",
    "${aws:username}",
    "${",
    "",
  ],
  ...["arn:aws:s3:::b/*", "arn:aws:iam::1:role/*", "arn:aws", "10.0.0.0/8", "::/0", "true", "2021"],
  ...["AROAJQABLZS4A3QDU576Q", "accounts.google.com", "vpc-1", "Allow", "Deny", "2012-10-17"],
];
const KEYS = [
  ...["Version", "Id", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource"],
  ...["NotResource", "Principal", "NotPrincipal", "Condition", "AWS", "Service", "Federated"],
  ...["StringLike", "ForAllValues:StringEquals", "ForAnyValue:StringNotLike", "Null", "Bool"],
  ...["IpAddress", "NumericLessThan", "DateEquals", "BinaryEquals", "NullIfExists", "aws:SourceIp"],
  ...["aws:PrincipalOrgID", "aws:CalledVia", "aws:ResourceTag/x", "s3:prefix", "__proto__"],
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 }));
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    word,
    fc.oneof(fc.boolean(), fc.integer(), fc.constant(null)),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), word), tie("node"), { maxKeys: 5 }),
  ),
}));
const statement = fc.dictionary(fc.constantFrom(...KEYS), node, { maxKeys: 8 });
const document = fc.record({
  Version: fc.oneof(fc.constant("2012-10-17"), node),
  Statement: fc.oneof(fc.array(statement, { maxLength: 3 }), node),
});
const text = fc.oneof(
  document.map((value) => JSON.stringify(value)),
  node.map((value) => JSON.stringify(value)),
  fc
    .tuple(document, fc.nat(), fc.constantFrom("", "}", '"', ",", "\\", "\u0001"))
    .map(([value, at, junk]) => {
      const whole = JSON.stringify(value, undefined, 1);
      const cut = at % (whole.length + 1);
      return whole.slice(0, cut) + junk + whole.slice(cut + 1);
    }),
);

test("whatever the text, there are findings with places in it, and nothing is thrown", () => {
  const types = fc.constantFrom(...CHECKED_POLICY_TYPES);
  const resources = fc.constantFrom(undefined, ...CHECKED_RESOURCE_TYPES);
  fc.assert(
    fc.property(text, types, resources, (given, policyType, resourceType) => {
      const options = { policyType, data: DATA, ...(resourceType && { resourceType }) };
      let last = 0;
      for (const { locations, findingDetails } of checkPolicy(given, options)) {
        expect(findingDetails).not.toBe("");
        expect(locations.length).toBeGreaterThan(0);
        const first = locations[0]?.span.start.offset ?? 0;
        expect(first).toBeGreaterThanOrEqual(last);
        last = first;
        for (const { span } of locations) {
          expect(span.start.offset).toBeLessThanOrEqual(span.end.offset);
          expect(span.end.offset).toBeLessThanOrEqual(given.length);
        }
      }
    }),
    { numRuns: 400 },
  );
});

function repeated(part: (index: number) => string, around: (parts: string) => string): string {
  const parts: string[] = [];
  let length = around("").length;
  for (let index = 0; ; index += 1) {
    const next = part(index);
    length += next.length + 1;
    if (length > CHARS_MAX) return around(parts.join(","));
    parts.push(next);
  }
}

const inStatement = (members: string) =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",${members}}]}`;

test.each<readonly [string, string]>([
  [
    "many actions of a wrong type",
    repeated(
      () => "1",
      (all) => inStatement(`"Action":[${all}]`),
    ),
  ],
  [
    "many patterns of actions",
    repeated(
      (index) => `"ec2:*${index}*"`,
      (all) => inStatement(`"Action":[${all}]`),
    ),
  ],
  [
    "many stars in resources",
    repeated(
      (index) => `"arn:aws:s3:::*${index}*a*b*c"`,
      (all) => inStatement(`"Action":"*","Resource":[${all}]`),
    ),
  ],
  [
    "one long resource",
    inStatement(`"Action":"s3:*","Resource":"arn:aws:s3:::${"a/".repeat(32_000)}"`),
  ],
  [
    "many open variables",
    inStatement(`"Action":"s3:*","Resource":"arn:aws:s3:::${"${".repeat(32_000)}"`),
  ],
  [
    "many statements with one ID",
    repeated(
      () => '{"Sid":"a"}',
      (all) => `{"Version":"2012-10-17","Statement":[${all}]}`,
    ),
  ],
  [
    "many keys of a condition",
    repeated(
      (index) => `"aws:PrincipalTag/${index}":"*"`,
      (all) => inStatement(`"Condition":{"StringLike":{${all}}}`),
    ),
  ],
  [
    "many sessions of roles",
    repeated(
      (index) => `"arn:aws:sts::111122223333:assumed-role/r/${index}"`,
      (all) => inStatement(`"Action":"sts:AssumeRole","Principal":{"AWS":[${all}]}`),
    ),
  ],
  ["deep nesting", "[".repeat(CHARS_MAX)],
])("%s take no long time", (_name, given) => {
  const before = performance.now();
  const findings = checkPolicy(given, { policyType: "RESOURCE_POLICY", data: DATA });
  expect(performance.now() - before).toBeLessThan(LONG_MS);
  expect(findings.length).toBeLessThanOrEqual(1_000);
});
