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
      const obstacles = obstaclesOf(asked, compileLayers(texts));
      // A level without policies can't be told from the others by its policies.
      const isLevel = ({ layer }: Obstacle) => layer === "scp" || layer === "rcp";
      fc.pre(
        obstacles.length > 0 &&
          !obstacles.some(
            (each) => each.kind === "noAllow" && isLevel(each) && each.policies.length === 0,
          ),
      );
      count += 1;
      const after = obstacles.reduce(
        (changed, obstacle) => mended(changed, obstacle, asked, pick),
        texts,
      );
      expect(decide(asked, compileLayers(after))).toBe("allow");
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(80);
});

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
