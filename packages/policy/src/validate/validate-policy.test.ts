import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { PolicyCompileError } from "../document/policy-compile-error.ts";
import type { PolicySource } from "../request.ts";
import { validatePolicy } from "./validate-policy.ts";

const KINDS = [
  ["managed", "identity", { principal: false, resource: true }],
  ["session", "session", { principal: false, resource: true }],
  ["trust", "trust", { principal: true, resource: false }],
  ["bucket", "resource", { principal: true, resource: true }],
] as const satisfies readonly (readonly [string, PolicySource["kind"], object])[];

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, 1, true, "", "*", [], {}, [""], [["*"]], { AWS: "*" }, { x: {} }),
  fc.jsonValue({ maxDepth: 2 }),
);
const absent = fc.constant(undefined);
const mostly = (...usual: unknown[]) =>
  fc.oneof({ weight: 24, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd });
const rarely = fc.oneof({ weight: 24, arbitrary: absent }, { weight: 1, arbitrary: odd });

/** Each element usually right, sometimes anything. An undefined one is left out of the text. */
function statementFor(has: { principal: boolean; resource: boolean }): fc.Arbitrary<object> {
  return fc.record({
    Sid: mostly(undefined, "A", "B"),
    Effect: mostly("Allow", "Deny"),
    Principal: has.principal
      ? mostly({ AWS: "111111111111" }, { Service: ["ivs.amazonaws.com"] }, { AWS: "*" })
      : rarely,
    NotPrincipal: rarely,
    Action: has.resource ? mostly("*", "s3:GetObject", ["s3:*"]) : mostly("sts:AssumeRole"),
    NotAction: rarely,
    Resource: has.resource ? mostly("*", "arn:aws:s3:::b/*", ["arn:aws:s3:::b", "*"]) : rarely,
    NotResource: rarely,
    Condition: mostly(
      undefined,
      { StringEquals: { "aws:username": "u" } },
      { Bool: { "aws:SecureTransport": true } },
      { Null: { "s3:versionid": ["true"] } },
      { DateLessThan: { "aws:CurrentTime": "x" } },
    ),
  });
}

function textFor(has: { principal: boolean; resource: boolean }): fc.Arbitrary<string> {
  const statement = statementFor(has);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({
          Version: mostly("2012-10-17", "2012-10-17", "2008-10-17"),
          Statement: fc.oneof(
            { weight: 9, arbitrary: fc.oneof(statement, fc.array(statement, { maxLength: 2 })) },
            { weight: 1, arbitrary: odd },
          ),
        })
        .map((policy) => JSON.stringify(policy)),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom(...'{}[]:,"\\S 1') }),
    },
  );
}

const literally = (text: string) => new RegExp(`^${text.replace(/[[\]().?*+{}]/g, "\\$&")}$`);

/** A managed policy of one statement, with one element otherwise. */
const withElement = (element: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*", ...element }],
  });

describe("validatePolicy", () => {
  it.each([
    ["managed", '{"Version": "2012-10-17" "Statement": []}', 'Not JSON: expected a comma or "}"'],
    ["managed", '{"a": 1,}', "Not JSON: expected an element's name in double quotes"],
    ["managed", '{"a', "Not JSON: a string has no end on its line"],
    ["managed", "[]", "The policy: expected an object in braces"],
    ["managed", '{"Version": "2012-10-17"}', "The policy: has no Statement"],
    ["managed", '{"Version": "2012-10-16", "Statement": []}', 'Version: expected "2012-10-17"'],
    ["managed", '{"Statement": {}, "Statement": {}}', "Statement: stands twice"],
    ["managed", withElement({ Effect: "Alow" }), 'Statement[0].Effect: expected "Allow" or "Deny"'],
    ["managed", withElement({ Effect: undefined }), "Statement[0]: has no Effect"],
    [
      "managed",
      withElement({ Action: ["s3:*", 1] }),
      /^Statement\[0\]\.Action\[1\]: expected a str/,
    ],
    [
      "managed",
      withElement({ Actions: "*" }),
      /^Statement\[0\]\.Actions: no such element: .*Action/,
    ],
    ["inline", withElement({ NotAction: "*" }), /^Statement\[0\]\.NotAction: stands beside Action/],
    [
      "session",
      withElement({ Condition: { StringEqual: { "aws:username": "u" } } }),
      /StringEqual: there is no such condition operator, did you mean StringEquals\?$/,
    ],
    [
      "managed",
      withElement({ Condition: { DateLessThan: { "aws:CurrentTime": "noon" } } }),
      /^Statement\[0\]\.Condition\.DateLessThan\.aws:CurrentTime: expected a date/,
    ],
    ["trust", '{"Statement": [{"Efect": "Allow"}]}', /^Statement\[0\]\.Efect: no such element/],
    ["bucket", '{"Statement": [1]}', "Statement[0]: expected a statement in braces"],
    ["bucket", "{", "Not JSON: expected an element's name in double quotes"],
  ] as const)("says of a %s policy what AWS leaves unsaid: %s", (kind, policy, reason) => {
    const [finding] = validatePolicy(policy, kind);
    expect(finding?.reason).toMatch(typeof reason === "string" ? literally(reason) : reason);
  });

  it.each(KINDS)("lets no %s policy through that doesn't compile", (kind, source, has) => {
    let valid = 0;
    fc.assert(
      fc.property(textFor(has), (policy) => {
        const findings = validatePolicy(policy, kind);
        try {
          compilePolicy(policy, { kind: source, id: "p", managed: false });
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyCompileError);
          expect(findings).not.toEqual([]);
        }
        valid += findings.length === 0 ? 1 : 0;
        for (const { position } of findings) {
          expect(position?.end.offset).toBeGreaterThanOrEqual(position?.start.offset ?? 0);
          expect(position?.end.offset).toBeLessThanOrEqual(policy.length);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});
