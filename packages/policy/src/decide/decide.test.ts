import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLayers, layers, request } from "../arbitraries.testing.ts";
import { explain } from "../explain/explain.ts";
import { obstaclesOf } from "../explain/obstacles.ts";
import { type NaiveLayers, naiveDecide } from "../naive-evaluator.testing.ts";
import { decide } from "./decide.ts";
import type { Effect } from "./policy-layers.ts";

// Properties that follow from the comparison with the naive evaluator need fewer runs.
const RUNS = { numRuns: 400 };

describe("decide", () => {
  it("agrees with the naive evaluator on random policies, requests and layers", () => {
    const seen: Record<Effect, number> = { allow: 0, explicitDeny: 0, implicitDeny: 0 };
    fc.assert(
      fc.property(request, layers, (asked, texts) => {
        const effect = decide(asked, compileLayers(texts));
        seen[effect] += 1;
        expect(effect).toBe(naiveDecide(asked, texts));
      }),
      { numRuns: 1_500 },
    );
    for (const count of Object.values(seen)) {
      expect(count).toBeGreaterThan(100);
    }
  });

  it("never allows once a matching deny is added to any layer", () => {
    const denyAll = (principal: boolean) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          ...(principal && { Principal: "*" }),
        },
      });
    fc.assert(
      fc.property(
        request,
        layers,
        fc.constantFrom("identity", "boundary", "session", "resource", "endpoint"),
        (asked, texts, layer) => {
          const named = ["resource", "endpoint"].includes(layer);
          const denied = {
            ...texts,
            [layer]: [...(texts[layer as "identity"] ?? []), denyAll(named)],
          };
          const hasIdentity = ["user", "role-session"].includes(asked.principal.kind);
          const linked = asked.principal.kind === "role-session" && asked.principal.serviceLinked;
          fc.pre(named || (hasIdentity && !(linked && layer === "boundary")));
          expect(decide(asked, compileLayers(denied))).toBe("explicitDeny");
        },
      ),
      RUNS,
    );
  });

  it("allows nothing more with a boundary than without", () => {
    fc.assert(
      fc.property(request, layers, (asked, { boundary, ...texts }) => {
        fc.pre(boundary !== undefined);
        const bounded = decide(asked, compileLayers({ ...texts, boundary: boundary ?? [] }));
        if (bounded === "allow") {
          expect(decide(asked, compileLayers(texts))).toBe("allow");
        }
      }),
      RUNS,
    );
  });

  it("answers the same in whatever order policies and statements stand", () => {
    const reversed = (text: string): string => {
      const { Statement, ...rest }: { Statement: unknown[] } = JSON.parse(text);
      return JSON.stringify({ ...rest, Statement: Statement.toReversed() });
    };
    const flip = (texts: readonly string[] | undefined) => texts?.map(reversed).toReversed();
    fc.assert(
      fc.property(request, layers, (asked, texts) => {
        const flipped = Object.fromEntries(
          Object.entries(texts).map(([name, value]) => [
            name,
            Array.isArray(value) && typeof value[0] === "string" ? flip(value) : value,
          ]),
        ) as NaiveLayers;
        expect(decide(asked, compileLayers(flipped))).toBe(decide(asked, compileLayers(texts)));
      }),
      RUNS,
    );
  });

  it("denies when the evaluation fails, and reports why", () => {
    const failure = new Error("context broke");
    const context = {
      get(): string {
        throw failure;
      },
    };
    const identity = [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":"true"}}}}',
    ];
    const user = { kind: "user", accountId: "1", arn: "a", id: "i", userName: "u" } as const;
    const asked = {
      principal: user,
      action: "s3:GetObject",
      resource: "*",
      resourceAccountId: "1",
      context,
    };
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    expect(decide(asked, compileLayers({ identity }), note)).toBe("implicitDeny");
    expect(explain(asked, compileLayers({ identity }), note).effect).toBe("implicitDeny");
    expect(obstaclesOf(asked, compileLayers({ identity }), note)).toEqual([]);
    expect(errors).toEqual([failure, failure, failure]);
  });
});

describe("explain", () => {
  it("comes to the same effect as decide and points at a statement of that effect", () => {
    fc.assert(
      fc.property(request, layers, (asked, texts) => {
        const compiled = compileLayers(texts);
        const explanation = explain(asked, compiled);
        expect(explanation.effect).toBe(decide(asked, compiled));
        if (explanation.effect === "explicitDeny" || explanation.layer === "identity") {
          const { statement, layer } = explanation;
          const wanted = explanation.effect === "allow" ? "Allow" : "Deny";
          const all = Object.values(texts).flat(2).map(String);
          if (explanation.effect !== "implicitDeny") {
            expect(layer).toBeDefined();
            const start = statement?.position.start.offset ?? 0;
            const end = statement?.position.end.offset ?? 0;
            expect(
              all.some((text) => {
                const quoted = text.slice(start, end);
                return quoted.startsWith("{") && quoted.includes(`"Effect":"${wanted}"`);
              }),
            ).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });
});
