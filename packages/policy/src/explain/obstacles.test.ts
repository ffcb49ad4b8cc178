import fc from "fast-check";
import { expect, it } from "vitest";
import { compileLayers, layers, request } from "../arbitraries.testing.ts";
import { decide } from "../decide/decide.ts";
import type { NaiveLayers } from "../naive-evaluator.testing.ts";
import type { DecisionRequest } from "../request.ts";
import { withChanged, withoutMisses, withProposed } from "./mended-layers.testing.ts";
import type { NearMiss, Obstacle } from "./obstacle.ts";
import { obstaclesOf } from "./obstacles.ts";

const RUNS = { numRuns: 300 };

function mended(
  texts: NaiveLayers,
  obstacle: Obstacle,
  asked: DecisionRequest,
  pick = 0,
): NaiveLayers {
  if (obstacle.kind === "noAllow" && obstacle.proposal) return withProposed(texts, obstacle);
  if (obstacle.kind === "deny") return withChanged(texts, obstacle.statement, () => undefined);
  const near = obstacle.nearMisses[pick % obstacle.nearMisses.length] as NearMiss;
  return withChanged(texts, near.statement, (statement) =>
    withoutMisses(statement, near.missed, asked),
  );
}

it("a request has no obstacle if, and only if, it is allowed", () => {
  fc.assert(
    fc.property(request, layers, (asked, texts) => {
      const compiled = compileLayers(texts);
      const isAllowed = decide(asked, compiled) === "allow";
      expect(obstaclesOf(asked, compiled).length === 0).toBe(isAllowed);
    }),
    RUNS,
  );
});

it("mending a near miss of each obstacle, or adding what is proposed, allows the request", () => {
  let count = 0;
  fc.assert(
    fc.property(request, layers, fc.nat({ max: 4 }), (asked, texts, pick) => {
      const first = obstaclesOf(asked, compileLayers(texts));
      // A level without policies can't be told from the others by its policies.
      const isLevel = ({ layer }: Obstacle) => layer === "scp" || layer === "rcp";
      fc.pre(
        first.length > 0 &&
          !first.some(
            (each) => each.kind === "noAllow" && isLevel(each) && each.policies.length === 0,
          ),
      );
      count += 1;
      // Denies first: only without them is there anything that nearly allows.
      const denies = first.filter(({ kind }) => kind === "deny");
      const permitted = denies.reduce((now, deny) => mended(now, deny, asked), texts);
      const obstacles = obstaclesOf(asked, compileLayers(permitted));
      expect(obstacles.length).toBe(first.length - denies.length);
      // Each obstacle that is mended leaves one less, and the last one none.
      let now = permitted;
      for (const [done, obstacle] of obstacles.entries()) {
        now = mended(now, obstacle, asked, pick);
        const left = obstaclesOf(asked, compileLayers(now)).length;
        expect(left).toBeLessThan(obstacles.length - done);
      }
      expect(decide(asked, compileLayers(now))).toBe("allow");
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(80);
});

it("what nearly allows names this action and lacks little, and stands beside no Deny", () => {
  let near = 0;
  let denied = 0;
  fc.assert(
    fc.property(request, layers, (asked, texts) => {
      const obstacles = obstaclesOf(asked, compileLayers(texts));
      const isDenied = obstacles.some(({ kind }) => kind === "deny");
      denied += isDenied ? 1 : 0;
      for (const each of obstacles) {
        if (each.kind === "deny") continue;
        expect(isDenied && (each.nearMisses.length > 0 || each.proposal !== undefined)).toBe(false);
        expect(each.proposal === undefined).toBe(isDenied || each.nearMisses.length > 0);
        for (const { missed } of each.nearMisses) {
          near += 1;
          expect([1, 2]).toContain(missed.length);
          for (const miss of missed)
            if (miss.part === "action")
              expect(isMisspelling(miss.written, asked.action)).toBe(true);
        }
      }
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(near, denied)).toBeGreaterThan(80);
});

/** The service alone is missing, or at most two letters of the name differ. */
function isMisspelling(written: string, action: string): boolean {
  const [service, name = ""] = action.toLowerCase().split(":");
  const lower = written.toLowerCase();
  return (
    lower === name || (lower.startsWith(`${service}:`) && edits(lower, `${service}:${name}`) <= 2)
  );
}

/** Levenshtein's distance, by the textbook. */
function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, char] of [...one].entries()) {
    const next = [at + 1];
    for (const [to, wanted] of [...other].entries())
      next.push(
        Math.min(
          (next[to] ?? 0) + 1,
          (row[to + 1] ?? 0) + 1,
          (row[to] ?? 0) + (char === wanted ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

it("nothing is named that isn't missing: mending all but one part of a near miss isn't enough", () => {
  let count = 0;
  fc.assert(
    fc.property(request, layers, fc.nat(), (asked, texts, pick) => {
      const [obstacle, ...more] = obstaclesOf(asked, compileLayers(texts));
      fc.pre(obstacle?.kind === "noAllow" && more.length === 0);
      for (const near of obstacle.nearMisses) {
        count += 1;
        const left = near.missed.toSpliced(pick % near.missed.length, 1);
        const after = withChanged(texts, near.statement, (statement) =>
          withoutMisses(statement, left, asked),
        );
        expect(decide(asked, compileLayers(after))).not.toBe("allow");
      }
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(80);
});
