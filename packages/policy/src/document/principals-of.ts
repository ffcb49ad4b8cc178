import type { PrincipalType } from "./policy-document.ts";
import { type PositionRange, TextPositions } from "./position.ts";
import { readPolicyDocument } from "./read-policy-document.ts";

/** A principal that a policy names. */
export interface NamedPrincipal {
  type: PrincipalType;
  value: string;
  /** Index of its statement, from 0. */
  statement: number;
  /** Whether it is an item of NotPrincipal. */
  negated: boolean;
  /**
   * Offsets of the JSON string, quotes included, so that a stored policy can be rewritten in place.
   */
  position: PositionRange;
}

/**
 * The principals of a policy in the text's order, for the service that saves it: to check that
 * they exist and to turn ARNs into unique ids. Throws PolicyCompileError.
 */
export function principalsOf(text: string): readonly NamedPrincipal[] {
  const positions = new TextPositions(text);
  return readPolicyDocument(text).statements.flatMap(({ index, principal }) =>
    (principal?.entries ?? []).map(({ type, value, start, end }) => ({
      type,
      value,
      statement: index,
      negated: principal?.negated === true,
      position: positions.range(start, end),
    })),
  );
}

/**
 * Rewrites principals in place and leaves every other character as it was: ARNs to unique ids when
 * a policy is saved, ids to ARNs when it is shown. `rewrite` answers undefined for what stays. The
 * bare "*" is never asked about. Throws PolicyCompileError.
 */
export function rewritePrincipals(
  text: string,
  rewrite: (type: PrincipalType, value: string) => string | undefined,
): string {
  let rewritten = "";
  let copied = 0;
  for (const { type, value, position } of principalsOf(text)) {
    const replacement = value === "*" ? undefined : rewrite(type, value);
    if (replacement !== undefined) {
      rewritten += text.slice(copied, position.start.offset) + JSON.stringify(replacement);
      copied = position.end.offset;
    }
  }
  return rewritten + text.slice(copied);
}
