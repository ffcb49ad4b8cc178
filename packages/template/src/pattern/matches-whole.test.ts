import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesWhole } from "./matches-whole.ts";
import { PatternError } from "./pattern-syntax.ts";

/** Patterns of templates that people write. */
const PATTERNS = [
  "[a-zA-Z][a-zA-Z0-9]*",
  "^$|[\\w+=,.@-]{1,64}",
  "(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})",
  "^(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,20}$",
  "(?i)arn:aws(-cn|-us-gov)?:iam::\\d{12}:role/.+",
  "[^\"'\\\\]*",
  "(a|ab)(c|bcd)(d*)",
  "(a*)*|b+?",
  "\\bx\\b.*|\\Bx",
  "(?:[]a]|[^]b])+",
];

const NEAR = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.array(fc.constantFrom(..."aAbBcd09 .-/:@xX]\\'\"_".split("")), { maxLength: 24 }),
);

describe("AllowedPattern", () => {
  test.each(PATTERNS)("%s decides as JavaScript does", (pattern) => {
    const flags = pattern.startsWith("(?i)") ? "i" : "";
    const source = pattern
      .replace("(?i)", "")
      .replace("[]a]", "[\\]a]")
      .replace("[^]b]", "[^\\]b]");
    const expression = new RegExp(`^(?:${source})$`, flags);
    fc.assert(
      fc.property(NEAR, (drawn) => {
        const text = typeof drawn === "string" ? drawn : drawn.join("");
        expect(matchesWhole(pattern, text)).toBe(expression.test(text));
      }),
      { numRuns: 100 },
    );
  });

  test("knows Java's classes and quotes", () => {
    expect(matchesWhole("\\p{Upper}[\\p{Alnum}_]+\\Q.*\\E", "Ab_9.*")).toBe(true);
    expect(matchesWhole("\\p{Alpha}+", "a1")).toBe(false);
  });

  test("takes no time without end", () => {
    const text = `${"a".repeat(500)}b`;
    for (const pattern of ["(a+)+", "(a|a)*", "(.*a){9}", "(a|aa|aaa)*c", "(?:a?){50}a{50}"])
      expect(matchesWhole(pattern, text)).toBe(false);
    expect(() => matchesWhole("((?=(a*)*b).)*".repeat(9), text)).toThrow(PatternError);
    expect(() => matchesWhole("((a{99}){99}){99}", text)).toThrow(PatternError);
  });

  test.each(["(", "[a", "a)", "*a", "a{2,1}", "\\", "(?<=a)b", "(a)\\1", "\\p{Greek}", "[b-a]"])(
    "%s isn't one",
    (pattern) => {
      expect(() => matchesWhole(pattern, "a")).toThrow(PatternError);
    },
  );
});
