import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { naiveGlob, symbolsOf } from "../naive-matching.testing.ts";
import { globMatches, globOf } from "./glob.ts";
import { tokenizePattern } from "./pattern-tokens.ts";

const WILDCARDS = { variables: false, wildcards: true };

function matches(pattern: string, value: string): boolean {
  return globMatches(globOf(tokenizePattern(pattern, WILDCARDS)), value);
}

const text = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 40 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 12 });

describe("globMatches", () => {
  it("agrees with the naive table on random patterns", () => {
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const symbols = symbolsOf(glob, WILDCARDS, new Map()) ?? [];
        expect(matches(glob, value)).toBe(naiveGlob(symbols, value));
      }),
      { numRuns: 5_000 },
    );
  });

  it("finds a chunk of more than 32 characters with question marks where it stands", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b"), minLength: 33, maxLength: 100 }),
        fc.array(fc.nat(32), { minLength: 1, maxLength: 8 }),
        text,
        text,
        fc.nat(32),
        (chunk, holes, before, after, changed) => {
          const characters = chunk.split("");
          for (const hole of holes) {
            characters[hole] = "?";
          }
          const glob = `*${characters.join("")}*`;
          expect(matches(glob, before + chunk + after)).toBe(true);
          const broken = `${chunk.slice(0, changed)}c${chunk.slice(changed + 1)}`;
          expect(matches(glob, before + broken + after)).toBe(
            naiveGlob(symbolsOf(glob, WILDCARDS, new Map()) ?? [], before + broken + after),
          );
        },
      ),
    );
  });

  it("still matches when any part of the value becomes a star in the pattern", () => {
    fc.assert(
      fc.property(text, fc.nat(40), fc.nat(40), (value, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expect(matches(`${value.slice(0, from)}*${value.slice(to)}`, value)).toBe(true);
      }),
    );
  });

  it("matches whatever it matched before once stars surround it", () => {
    fc.assert(
      fc.property(pattern, text, text, (glob, value, more) => {
        fc.pre(matches(glob, value));
        expect(matches(`*${glob}*`, more + value + more)).toBe(true);
      }),
    );
  });
});

describe("hostile patterns", () => {
  afterEach(() => vi.restoreAllMocks());

  /** Every look at the value goes through one of these. */
  function countSteps(pattern: string, value: string): number {
    const glob = globOf(tokenizePattern(pattern, WILDCARDS));
    const spies = [
      vi.spyOn(String.prototype, "charCodeAt"),
      vi.spyOn(String.prototype, "indexOf"),
      vi.spyOn(String.prototype, "startsWith"),
    ];
    globMatches(glob, value);
    const steps = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    vi.restoreAllMocks();
    return steps;
  }

  it.each([
    ["many stars that almost match", `${"*a".repeat(12)}*b`, "a"],
    ["a star between all characters", `${"a*".repeat(40)}b`, "a"],
    ["question marks after stars", `${"*a?".repeat(50)}b`, "a"],
    ["one long chunk with a question mark", `*${"a".repeat(500)}?${"a".repeat(500)}b*`, "a"],
    ["question marks alone", `*${"?".repeat(30)}b*`, "a"],
  ])("%s cost a bounded number of steps for each character", (_name, hostile, unit) => {
    for (const length of [1_100, 2_200, 4_400]) {
      expect(countSteps(hostile, unit.repeat(length))).toBeLessThan(130 * length);
    }
  });
});
