import { type CompiledPolicy, decide, type Effect, PolicySet } from "@rolecast/policy";

/** A request that two versions of a policy decide differently. */
export interface DecisionChange {
  readonly action: string;
  readonly resource: string;
  readonly before: Effect;
  readonly after: Effect;
}

/** The text that wildcards are filled with. */
const ACTION_FILLINGS = ["", "Example"] as const;
const RESOURCE_FILLINGS = ["", "example", "example/deep/name"] as const;
const PROBES_MAX = 20_000;
const CALLER = {
  kind: "user",
  accountId: "000000000000",
  arn: "arn:aws:iam::000000000000:user/user",
  id: "AIDASIMULATEDUSER0000",
  userName: "user",
} as const;

/** A version of a policy, as its file has it. */
export interface PolicyVersion {
  readonly text: string;
  readonly policy: CompiledPolicy;
}

/**
 * Decides every pair of an action and a resource that either version names, by both. Conditions are
 * asked without context, so a statement that needs a condition key counts as one that doesn't
 * apply.
 */
export function diffPolicies(old: PolicyVersion, now: PolicyVersion): readonly DecisionChange[] {
  const before = { identity: new PolicySet([old.policy]) };
  const after = { identity: new PolicySet([now.policy]) };
  const texts = [old.text, now.text];
  const actions = probes(texts, ["Action", "NotAction"], ACTION_FILLINGS);
  const resources = probes(texts, ["Resource", "NotResource"], RESOURCE_FILLINGS);
  const changes: DecisionChange[] = [];
  let asked = 0;
  for (const action of actions) {
    for (const resource of resources) {
      asked += 1;
      if (asked > PROBES_MAX) return changes;
      const request = {
        principal: CALLER,
        action,
        resource,
        resourceAccountId: undefined,
        context: new Map<string, string>(),
      };
      const [was, is] = [decide(request, before), decide(request, after)];
      if (was !== is) changes.push({ action, resource, before: was, after: is });
    }
  }
  return changes;
}

/** Every pattern of these elements with its wildcards filled in. */
function probes(
  texts: readonly string[],
  elements: readonly string[],
  fillings: readonly string[],
): readonly string[] {
  const patterns = texts.flatMap((text) => {
    const { Statement = [] } = JSON.parse(text) as { Statement?: unknown };
    return [Statement]
      .flat()
      .flatMap((statement) => elements.flatMap((element) => valuesOf(statement, element)));
  });
  const filled = patterns.flatMap((pattern) =>
    fillings.map((filling) => pattern.replaceAll("*", filling).replaceAll("?", "x")),
  );
  return [...new Set(filled)].filter((probe) => !/^$|:$/.test(probe)).sort();
}

function valuesOf(statement: unknown, element: string): readonly string[] {
  if (typeof statement !== "object" || statement === null) return [];
  const value = (statement as Record<string, unknown>)[element];
  return [value].flat().filter((each): each is string => typeof each === "string");
}
