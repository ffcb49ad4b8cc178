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

describe("validatePolicy", () => {
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
