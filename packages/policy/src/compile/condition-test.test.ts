import { describe, expect, it } from "vitest";
import { PolicyCompileError } from "../document/policy-compile-error.ts";
import type { ContextValue } from "../request.ts";
import { compilePolicy } from "./compile-policy.ts";
import { compileCondition } from "./condition-test.ts";

function holds(
  operator: string,
  values: string | readonly string[],
  requestValue: ContextValue | undefined,
  more: ReadonlyMap<string, ContextValue> = new Map(),
  effect: "Allow" | "Deny" = "Allow",
): boolean {
  const policyValues = typeof values === "string" ? [values] : values;
  const test = compileCondition({ operator, key: "Test:Key", values: policyValues }, effect, true);
  const context = new Map([
    ...more,
    ...(requestValue === undefined ? [] : [["test:key", requestValue] as const]),
  ]);
  return test.holds(context);
}

type Row = readonly [
  operator: string,
  policy: string | readonly string[],
  request: ContextValue | undefined,
  expected: boolean,
];

const STRINGS: readonly Row[] = [
  ["StringEquals", "abc", "abc", true],
  ["StringEquals", "abc", "ABC", false],
  ["StringEquals", "a*", "abc", false],
  ["StringEquals", ["x", "abc"], "abc", true],
  ["stringequals", "abc", "abc", true],
  ["StringNotEquals", "abc", "abc", false],
  ["StringNotEquals", ["x", "abc"], "abc", false],
  ["StringNotEquals", ["x", "y"], "abc", true],
  ["StringEqualsIgnoreCase", "aBc", "AbC", true],
  ["StringNotEqualsIgnoreCase", "aBc", "AbC", false],
  ["StringLike", "a*c", "abbc", true],
  ["StringLike", "a*c", "a\n/c", true],
  ["StringLike", "a?c", "ac", false],
  ["StringLike", "A*", "abc", false],
  ["StringLike", "a${*}c", "abc", false],
  ["StringLike", "a${*}c", "a*c", true],
  ["StringNotLike", "a*", "abc", false],
  ["StringNotLike", "a*", "xbc", true],
];

const NUMBERS_AND_DATES: readonly Row[] = [
  ["NumericEquals", "5", "5.0", true],
  ["NumericEquals", "5", "five", false],
  ["NumericNotEquals", "5", "6", true],
  ["NumericNotEquals", "5", "five", true],
  ["NumericLessThan", "5", "4.9", true],
  ["NumericLessThan", "5", "5", false],
  ["NumericLessThanEquals", "5", "5", true],
  ["NumericGreaterThan", "-1", "0", true],
  ["NumericGreaterThanEquals", "10", "9", false],
  ["NumericEquals", "1", "1e0", true],
  ["NumericEquals", "1", "+01.", true],
  ["NumericEquals", "1", "1e999", false],
  ["DateEquals", "2026-01-01T00:00:00Z", "1767225600", true],
  ["DateEquals", "2026", "2026-01-01", true],
  ["DateEquals", "2026-01-01T00:00:00Z", "+1767225600", true],
  ["DateEquals", "2026-01-01T00:00:00.1231Z", "2026-01-01T00:00:00.1239Z", true],
  ["DateNotEquals", "2026", "2025", true],
  ["DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:59:59+01:00", true],
  ["DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", false],
  ["DateGreaterThan", "2026-02-28", "2026-02-29", false],
  ["DateGreaterThan", "2026-01-01", "2026-01-02", true],
  ["DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", true],
];

const OTHERS: readonly Row[] = [
  ["Bool", "true", "TRUE", true],
  ["Bool", "true", "false", false],
  ["Bool", "false", "yes", true],
  ["Bool", "false", " true ", true],
  ["Bool", "yes", "false", true],
  ["Bool", "yes", "true", false],
  ["BinaryEquals", "QUI=", "QUI=", true],
  ["BinaryEquals", "QUI=", "QUI", false],
  ["BinaryEquals", "YQ==", "YR==", false],
  ["BinaryEquals", "QUI=", "QUJD", false],
  ["BinaryEquals", "!", "!", false],
  ["IpAddress", "10.0.0.0/8", "10.255.0.1", true],
  ["IpAddress", "10.0.0.0/8", "11.0.0.1", false],
  ["IpAddress", "10.0.0.1", "10.0.0.1", true],
  ["IpAddress", "10.0.0.0/8", "::ffff:10.1.1.1", true],
  ["IpAddress", "10.0.0.5/8", "10.255.0.1", true],
  ["IpAddress", "010.000.0.0/+08", "10.255.0.1", true],
  ["IpAddress", "10.0.0.0/8/8", "10.255.0.1", false],
  ["IpAddress", "::ffff:a00:0/104", "10.1.1.1", false],
  ["IpAddress", "::ffff:10.0.0.0/104", "10.1.1.1", false],
  ["IpAddress", "2001:db8::4/127", "2001:db8::5", true],
  ["IpAddress", "2001:db8::5/127", "2001:db8::5", false],
  ["IpAddress", "2001:db8::5/64", "2001:db8::5", false],
  ["IpAddress", "2001:db8:::1/128", "2001:db8::1", true],
  ["IpAddress", ":2001:db8::1:", "0:2001:db8::1", true],
  ["IpAddress", "2001:db8::/32", "2001:DB8:1::1", true],
  ["IpAddress", "2001:db8::/32", "2001:db9::1", false],
  ["IpAddress", "::/0", "10.0.0.1", false],
  ["IpAddress", "10.0.0.0/33", "10.0.0.1", false],
  ["NotIpAddress", "10.0.0.0/8", "10.0.0.1", false],
  ["NotIpAddress", "10.0.0.0/8", "not an address", false],
  ["NotIpAddress", "not an address", "10.0.0.1", true],
  ["ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket/key", true],
  ["ArnLike", "arn:*:s3:*:*:bucket", "arn:aws:s3:::bucket", true],
  ["ArnLike", "arn:aws:s*:bucket", "arn:aws:s3:::bucket", false],
  ["ArnLike", "arn:aws:s3:::bucket", "arn:aws:s3:::Bucket", false],
  ["ArnLike", "*", "no arn", false],
  ["ArnNotEquals", "arn:aws:s3:::b", "arn:aws:s3:::b", false],
  ["ArnNotLike", "arn:aws:s3:::b", "no arn", false],
];

const MISSING_KEYS: readonly Row[] = [
  ["StringEquals", "a", undefined, false],
  ["StringNotEquals", "a", undefined, true],
  ["StringLike", "*", undefined, false],
  ["StringNotLike", "a", undefined, true],
  ["NumericLessThan", "1", undefined, false],
  ["NumericNotEquals", "1", undefined, true],
  ["DateNotEquals", "2026", undefined, true],
  ["Bool", "false", undefined, false],
  ["BinaryEquals", "QUI=", undefined, false],
  ["IpAddress", "::/0", undefined, false],
  ["NotIpAddress", "10.0.0.0/8", undefined, true],
  ["ArnLike", "*", undefined, false],
  ["ArnNotLike", "*", undefined, true],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringEqualsIfExists", "a", "b", false],
  ["BoolIfExists", "true", undefined, true],
  ["Null", "true", undefined, true],
  ["Null", "false", undefined, false],
  ["Null", "true", "", false],
  ["Null", "FALSE", "x", true],
  ["Null", "true", [], true],
  ["StringEquals", "a", [], false],
  ["StringNotEquals", "a", [], true],
  ["StringNotLike", "a*", [], true],
  ["StringEqualsIfExists", "a", [], true],
  ["Null", "maybe", "x", true],
  ["Null", "maybe", undefined, false],
];

const SETS: readonly Row[] = [
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "b", "a"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
  ["ForAllValues:StringEquals", "a", [], true],
  ["ForAllValues:StringEquals", "a", undefined, true],
  ["ForAllValues:StringNotLike", "a*", ["b", "ab"], false],
  ["ForAllValues:StringNotLike", "a*", ["b", "c"], true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], true],
  ["ForAnyValue:StringEquals", "a", ["x"], false],
  ["ForAnyValue:StringEquals", "a", [], false],
  ["ForAnyValue:StringEquals", "a", undefined, false],
  ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
  ["ForAnyValue:StringNotEquals", "a", undefined, false],
  ["ForAnyValue:StringEqualsIfExists", "a", undefined, true],
  ["ForAnyValue:StringEquals", "a", "a", true],
  ["ForAllValues:ArnNotLike", "arn:aws:s3:::b", ["arn:aws:s3:::c", "no arn"], false],
  ["StringEquals", "a", ["a"], false],
  ["StringNotEquals", "a", ["b"], false],
];

describe("condition operators", () => {
  it.each([...STRINGS, ...NUMBERS_AND_DATES, ...OTHERS, ...MISSING_KEYS, ...SETS])(
    "%s %j against %j is %s",
    (operator, policy, request, expected) => {
      expect(holds(operator, policy, request)).toBe(expected);
    },
  );

  it.each(["StringFoo", "NullIfExists", "ForSomeValues:StringEquals", "Ifexists", ""])(
    "%j is no operator",
    (operator) => {
      const statement = { Effect: "Allow", Action: "*", Resource: "*" };
      const Statement = { ...statement, Condition: { [operator]: { k: "a" } } };
      const text = JSON.stringify({ Version: "2012-10-17", Statement });
      const source = { kind: "identity", id: "p", managed: false } as const;
      expect(() => compilePolicy(text, source)).toThrow(PolicyCompileError);
    },
  );
});

describe("an ARN of the policy that is none", () => {
  const arn = "arn:aws:s3:::b";

  it.each([
    ["ArnLike", ["no arn"], false, true],
    ["ArnNotLike", ["no arn"], false, true],
    ["ArnLike", ["${text}"], false, true],
    ["ArnNotLike", ["${text}"], false, true],
    ["ArnLike", [arn, "no arn"], true, true],
    ["ArnLike", ["no arn", arn], false, true],
    ["ArnNotLike", [arn, "no arn"], false, false],
    ["ArnNotLike", ["arn:aws:s3:::c", "no arn"], false, true],
  ])("%s %j lets an Allow apply: %s, a Deny: %s", (operator, values, allow, deny) => {
    const context = new Map([["text", "no arn"]]);
    expect(holds(operator, values, arn, context, "Allow")).toBe(allow);
    expect(holds(operator, values, arn, context, "Deny")).toBe(deny);
    expect(holds(operator, values, "none either", context, "Deny")).toBe(false);
  });
});

describe("policy variables in conditions", () => {
  const context = new Map<string, ContextValue>([
    ["aws:username", "ann"],
    ["star", "*"],
    ["many", ["ann"]],
    ["arn", "arn:aws:s3:::b"],
  ]);

  it.each<Row>([
    ["StringEquals", "${aws:UserName}", "ann", true],
    ["StringEqualsIgnoreCase", "${aws:username}", "ANN", true],
    ["StringLike", "home/${aws:username}/*", "home/ann/x", true],
    ["StringLike", "${star}", "anything", false],
    ["StringLike", "${star}", "*", true],
    ["StringEquals", "${missing}", "ann", false],
    ["StringNotEquals", "${missing}", "ann", true],
    ["StringEquals", "${missing, 'ann'}", "ann", true],
    ["StringEquals", "${many}", "ann", false],
    ["StringEquals", "${many, 'ann'}", "ann", false],
    ["ArnEquals", "${arn}", "arn:aws:s3:::b", true],
    ["ArnLike", "${arn}/*", "arn:aws:s3:::b/c:d", true],
    ["ArnEquals", "${missing}", "arn:aws:s3:::b", false],
    ["ArnNotEquals", "${missing}", "arn:aws:s3:::b", true],
    [
      "ArnLike",
      "arn:aws:iam::${missing, '1'}:user/${aws:username}",
      "arn:aws:iam::1:user/ann",
      true,
    ],
    ["NumericEquals", "${aws:username}", "ann", false],
  ])("%s %s against %s is %s", (operator, policy, request, expected) => {
    expect(holds(operator, policy, request, context)).toBe(expected);
  });
});
