import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextKeysOf } from "../compile/context-keys.ts";
import type { JsonNode } from "./json-node.ts";
import { MAX_JSON_DEPTH, PolicyJsonError, parseJson } from "./json-parser.ts";
import { policySizeWithoutWhitespace } from "./policy-size.ts";
import { TextPositions } from "./position.ts";
import { principalsOf, rewritePrincipals } from "./principals-of.ts";

function plain(node: JsonNode): unknown {
  switch (node.type) {
    case "object":
      return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]));
    case "array":
      return node.items.map(plain);
    case "string":
      return node.value;
    default:
      return JSON.parse(node.text);
  }
}

/**
 * Object keys that a plain object treats specially would compare the comparison, not the parser.
 */
const json = fc
  .jsonValue({ maxDepth: 5 })
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("parseJson", () => {
  it("reads what JSON.parse reads, with offsets that quote each value", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const node = parseJson(text);
        expect(plain(node)).toEqual(JSON.parse(text));
        expect(text.slice(node.start, node.end)).toBe(text);
      }),
    );
  });

  it("refuses whatever JSON.parse refuses", () => {
    const damaged = fc
      .tuple(json, fc.nat(), fc.constantFrom("", "}", '"', ",", "\u0001", "\\", "tru", "01"))
      .map(([value, at, junk]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + junk + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const accepts = (parse: (text: string) => unknown): boolean => {
          try {
            parse(text);
            return true;
          } catch (error) {
            expect(error instanceof PolicyJsonError || error instanceof SyntaxError).toBe(true);
            return false;
          }
        };
        expect(accepts(parseJson)).toBe(accepts(JSON.parse));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses nesting that a policy never has", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parseJson(nested(100_000))).toThrow(PolicyJsonError);
  });
});

describe("TextPositions", () => {
  it("counts lines and columns from one", () => {
    expect(new TextPositions("ab\ncd").at(0)).toEqual({ line: 1, column: 1, offset: 0 });
    expect(new TextPositions("ab\ncd").at(3)).toEqual({ line: 2, column: 1, offset: 3 });
    expect(new TextPositions("ab\ncd").at(99)).toEqual({ line: 2, column: 3, offset: 5 });
  });
});

describe("policySizeWithoutWhitespace", () => {
  it("doesn't count white space", () => {
    expect(policySizeWithoutWhitespace(' {\r\n\t"a": "b c" }')).toBe('{"a":"bc"}'.length);
  });
});

const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111111111111:role/r", "*"], "Service": "ivs.amazonaws.com"},
     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::\${aws:PrincipalTag/Team}/*",
     "Condition": {"StringLike": {"aws:Referer": "\${aws:username, 'x'}"}}},
    {"Effect": "Deny", "NotPrincipal": "*", "Action": "*", "Resource": "*"}
  ]
}`;

describe("principalsOf", () => {
  it("lists principals with their place", () => {
    const principals = principalsOf(POLICY);
    expect(
      principals.map(({ type, value, statement, negated }) => [type, value, statement, negated]),
    ).toEqual([
      ["AWS", "arn:aws:iam::111111111111:role/r", 0, false],
      ["AWS", "*", 0, false],
      ["Service", "ivs.amazonaws.com", 0, false],
      ["AWS", "*", 1, true],
    ]);
    const [first] = principals;
    expect(POLICY.slice(first?.position.start.offset, first?.position.end.offset)).toBe(
      '"arn:aws:iam::111111111111:role/r"',
    );
  });

  it("lets ARNs become unique ids and back without touching the rest", () => {
    const swap = (from: string, to: string) => (_type: string, value: string) =>
      value === from ? to : undefined;
    const arn = "arn:aws:iam::111111111111:role/r";
    const stored = rewritePrincipals(POLICY, swap(arn, "AROARRRRRRRRRRRRRRRR"));
    expect(stored).toBe(POLICY.replace(arn, "AROARRRRRRRRRRRRRRRR"));
    expect(rewritePrincipals(stored, swap("AROARRRRRRRRRRRRRRRR", arn))).toBe(POLICY);
  });
});

describe("contextKeysOf", () => {
  it("lists keys of conditions and of variables", () => {
    expect(contextKeysOf(POLICY)).toEqual(["aws:principaltag/team", "aws:referer", "aws:username"]);
  });
});
