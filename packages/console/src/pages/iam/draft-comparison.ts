import {
  type AuthorizationData,
  comparePolicies,
  compilePolicy,
  type NewAccess,
  referenceOptions,
} from "@rolecast/policy";

/** A policy of a user or role, by which name it has it. */
export interface PolicyText {
  readonly name: string;
  readonly text: string;
}

/** The place of a draft: beside the policies, in place of all, or in place of the named one. */
export type DraftPlace =
  | { readonly kind: "beside" }
  | { readonly kind: "all" }
  | { readonly kind: "policy"; readonly name: string };

/** Puts the draft in its place among the principal's policies. */
export function withDraft(
  policies: readonly PolicyText[],
  draft: string,
  place: DraftPlace,
): readonly PolicyText[] {
  const own = { name: "the draft", text: draft };
  switch (place.kind) {
    case "beside":
      return [...policies, own];
    case "all":
      return [own];
    case "policy":
      return policies.map((policy) => (policy.name === place.name ? own : policy));
    default:
      return place satisfies never;
  }
}

/** A request that one side allows and the other doesn't, as a sentence's parts. */
export interface Example {
  /** `s3:PutObject on arn:…`. */
  readonly request: string;
  /** `aws:SourceIp = 10.0.0.1`. */
  readonly context: readonly string[];
  /** The policy whose statement allows it. */
  readonly policy: string;
}

export interface DraftComparison {
  readonly relation: "equal" | "less" | "more" | "incomparable";
  readonly exact: boolean;
  readonly more: Example | undefined;
  readonly less: Example | undefined;
}

/** The answer of a comparison: one sentence, and whether to beware. */
export interface Verdict {
  readonly type: "success" | "warning";
  readonly sentence: string;
}

const SETTLED = {
  equal: { type: "success", sentence: "The same is allowed, by every request there may be." },
  less: { type: "success", sentence: "Nothing is newly allowed, and some requests no longer are." },
  more: { type: "warning", sentence: "More is allowed, and everything that was allowed still is." },
  incomparable: {
    type: "warning",
    sentence: "Some requests are newly allowed, and others no longer are.",
  },
} as const;

export function verdictOf({ relation, exact, more }: DraftComparison): Verdict {
  if (exact) return SETTLED[relation];
  const found = more
    ? "Some requests are newly allowed."
    : "No newly allowed request was found, but not every request was settled.";
  return { type: "warning", sentence: `${found} There may be more differences.` };
}

/**
 * Compares all that the policies may ever allow: it proves, and doesn't try out. An example is an
 * action of the reference on a resource that it is about, where that is possible.
 */
export function compareWith(
  candidate: readonly PolicyText[],
  existing: readonly PolicyText[],
  reference: AuthorizationData,
): DraftComparison {
  const compiled = (policies: readonly PolicyText[]) =>
    policies.map(({ name, text }) =>
      compilePolicy(text, { kind: "identity", id: name, managed: false }),
    );
  const { relation, exact, more, less } = comparePolicies(
    compiled(candidate),
    compiled(existing),
    referenceOptions(reference),
  );
  return { relation, exact, more: exampleOf(more), less: exampleOf(less) };
}

function exampleOf(access: NewAccess): Example | undefined {
  if (access.kind !== "found") return undefined;
  const { request, statement } = access;
  const keys = [...(request.context as ReadonlyMap<string, string | readonly string[]>)];
  return {
    request: `${request.action} on ${request.resource}`,
    context: keys.map(([key, value]) => `${key} = ${[value].flat().join(", ")}`),
    policy: statement.policy.source.id,
  };
}
