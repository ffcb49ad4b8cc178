import { isoSeconds } from "../../kernel/clock.ts";
import type { Caller, ContextValue } from "../../kernel/principal.ts";
import type { Session, SessionTag } from "./session.ts";

const PRINCIPAL_TAG = "aws:principaltag/";
const SOURCE_IDENTITY = "aws:sourceidentity";
/**
 * The tags that the next session of a chain inherits. AWS has no condition key for them; ours
 * travels with the caller, so that chains need no table of sessions.
 */
const TRANSITIVE_TAG_KEYS = "rolecast:transitivetagkeys";

/** A session's fixed condition keys. `tags` are the role's, overridden by the session's. */
export function sessionContext(
  session: Session,
  tags: readonly SessionTag[],
): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>();
  context.set("aws:tokenissuetime", isoSeconds(session.issuedAtMs));
  context.set("aws:multifactorauthpresent", String(session.multiFactorAuth));
  for (const [key, value] of session.context) context.set(key, value);
  for (const { key, value } of tags) context.set(PRINCIPAL_TAG + key.toLowerCase(), value);
  if (session.sourceIdentity !== undefined) context.set(SOURCE_IDENTITY, session.sourceIdentity);
  if (session.transitiveTagKeys.length > 0)
    context.set(TRANSITIVE_TAG_KEYS, session.transitiveTagKeys);
  return context;
}

/** The tags that a session made by `caller` inherits. */
export function inheritedTags(caller: Caller): readonly SessionTag[] {
  const keys = caller.sessionContext?.get(TRANSITIVE_TAG_KEYS);
  if (keys === undefined || typeof keys === "string") return [];
  return keys.flatMap((key) => {
    const value = caller.sessionContext?.get(PRINCIPAL_TAG + key.toLowerCase());
    return typeof value === "string" ? [{ key, value }] : [];
  });
}

/** The source identity that every further session of the chain keeps. */
export function inheritedSourceIdentity(caller: Caller): string | undefined {
  const value = caller.sessionContext?.get(SOURCE_IDENTITY);
  return typeof value === "string" ? value : undefined;
}

/**
 * The tags that conditions see as `aws:PrincipalTag/…`: the entity's `own`, overridden by the
 * session's, whose keys are known in lower case only.
 */
export function principalTagsOf(
  caller: Caller,
  own: Readonly<Record<string, string>>,
): readonly (readonly [key: string, value: string])[] {
  const spelling = new Map(Object.keys(own).map((key) => [key.toLowerCase(), key]));
  const context = caller.sessionContext ?? new Map<string, ContextValue>();
  return [...context].flatMap(([key, value]): [string, string][] => {
    if (!key.startsWith(PRINCIPAL_TAG) || typeof value !== "string") return [];
    const folded = key.slice(PRINCIPAL_TAG.length);
    return [[spelling.get(folded) ?? folded, value]];
  });
}
