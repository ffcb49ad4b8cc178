import { styled } from "./terminal.ts";

/** The answer of GetRequestAuthorizationDetails. */
export interface Details {
  readonly requestContext: Readonly<Record<string, string>>;
  readonly evaluations: readonly Evaluation[];
  readonly policies: readonly {
    readonly uri: string;
    readonly type: string;
    readonly attachedTo?: { readonly arn: string };
  }[];
  /** There are more denials of the request. */
  readonly nextToken?: string;
}

/** The reasons for a denial; older servers don't give them. */
interface Explained {
  readonly obstacles?: readonly {
    readonly statements: readonly { readonly sentence: string }[];
    readonly sentence?: string;
    /** A statement that would allow the request; only if none comes near or denies. */
    readonly proposal?: { readonly text: string; readonly sentence: string };
  }[];
}

export interface Evaluation extends Explained {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly evaluatedEffect: string;
  /** Older servers give it with the request alone. */
  readonly reason?: string;
  readonly matchedPolicies: readonly {
    readonly uri: string;
    readonly matchedStatements: readonly { sid: string; evaluatedEffect: string }[];
  }[];
}

/** The text of an explained denial: the reason first, then what nearly allowed it. */
export function explanationOf({ requestContext, evaluations, policies }: Details): string {
  const { principal, time = "" } = requestContext;
  const lines = [`${time}  ${principal}`];
  for (const evaluation of evaluations) {
    const { evaluatedEffect, action, resource } = evaluation;
    const { reason = requestContext.reason ?? "" } = evaluation;
    const isAllowed = evaluatedEffect === "ALLOW";
    const verdict = styled(isAllowed ? "green" : "red", isAllowed ? "allowed" : "denied");
    lines.push(`${verdict}  ${action} on ${resource}`, `  ${reason}`);
    const sentences = sentencesOf(evaluation);
    if (sentences.length > 0) lines.push("", ...sentences);
    lines.push("", "Policies evaluated:", ...policyLines(evaluation, policies));
    lines.push("", "Condition keys:");
    for (const [key, values] of Object.entries(evaluation.context))
      lines.push(`  ${key} = ${values.join(", ")}`);
  }
  return lines.join("\n");
}

/** Sentences about what nearly allowed a request, or else what would. */
export function sentencesOf({ obstacles = [] }: Explained): readonly string[] {
  return obstacles.flatMap(({ statements, sentence, proposal }) => [
    ...statements.map((statement) => statement.sentence),
    ...(sentence === undefined ? [] : [sentence]),
    ...(proposal === undefined ? [] : [proposal.sentence, proposal.text]),
  ]);
}

function policyLines({ matchedPolicies }: Evaluation, policies: Details["policies"]): string[] {
  if (policies.length === 0) return ["  none"];
  return policies.map(({ uri, type, attachedTo }) => {
    const statements = matchedPolicies
      .find((policy) => policy.uri === uri)
      ?.matchedStatements.map(({ sid, evaluatedEffect }) => `${evaluatedEffect} by ${sid}`);
    const on = attachedTo ? ` on ${attachedTo.arn}` : "";
    return `  ${type} ${uri}${on}: ${statements?.join(", ") ?? "no statement applies"}`;
  });
}
