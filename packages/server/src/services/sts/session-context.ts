import { isoSeconds } from "../../kernel/clock.ts";
import type { Caller, ContextValue } from "../../kernel/principal.ts";
import type { Session, SessionTag } from "./session.ts";

const PRINCIPAL_TAG = "aws:principaltag/";
const SOURCE_IDENTITY = "aws:sourceidentity";
/**
 * Which of a session's tags go on to the next session of a chain. AWS has no condition key for it;
 * ours travels with the caller so that the chain holds without a table of sessions.
 */
const TRANSITIVE_TAG_KEYS = "rolecast:transitivetagkeys";

/** The condition keys that a session fixes. `tags` are the role's, overridden by the session's. */
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
