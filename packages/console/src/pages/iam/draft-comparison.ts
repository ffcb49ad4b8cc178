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

/**
 * One document with the statements of all. Their Sids may be the same, so they are left out; a
 * document of 2008 has no variables, so its `${` means itself.
 */
export function oneDocument(policies: readonly PolicyText[]): string {
  const Statement = policies.flatMap(({ text }) => {
    const document = JSON.parse(text) as { readonly Version?: string; readonly Statement: unknown };
    return [document.Statement].flat().map((statement) => {
      const { Sid: _sid, ...rest } = statement as Readonly<Record<string, unknown>>;
      return rest;
    });
  });
  return JSON.stringify({ Version: "2012-10-17", Statement });
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
