import { SecretBox } from "./crypto/secret-box.ts";
import type { Caller, ContextValue } from "./principal.ts";

/** Kept for good: what was sealed for another purpose doesn't open here. */
const PURPOSE = "rolecast stored callers";

/** A caller as JSON has it. */
interface StoredCaller extends Omit<Caller, "sessionContext"> {
  readonly sessionContext?: readonly (readonly [key: string, value: ContextValue])[];
}

/**
 * Keeps callers for work that goes on after their request has been answered: a row of the work holds
 * the sealed text, and each step restores the caller and calls as it, through the chain of services
 * that it had.
 *
 * A restored caller is decided on as of then. Policies are looked up by the id of the user or role
 * at each call: what was detached holds no more, and whoever was deleted may do nothing, a namesake
 * included. Only what a session fixed when it was made stays as it was: session policies, tags, the
 * time of MFA. A temporary credential's time ends as it would have.
 */
export class StoredCallers {
  readonly #box: SecretBox;

  constructor(sealingKey: Uint8Array) {
    this.#box = new SecretBox(sealingKey, PURPOSE);
  }

  /** The text to store. It opens for `workId` alone, so that no row can take another's caller. */
  seal(caller: Caller, workId: string): string {
    const { sessionContext, ...rest } = caller;
    const stored: StoredCaller = {
      ...rest,
      ...(sessionContext === undefined ? {} : { sessionContext: [...sessionContext] }),
    };
    return this.#box.seal(JSON.stringify(stored), workId);
  }

  /**
   * The caller of `workId`, or `expired-token` when its session has ended by `nowMs`. Throws for a
   * text that this data folder's key hasn't sealed for this work.
   */
  restore(sealed: string, workId: string, nowMs: number): Caller | "expired-token" {
    const stored = JSON.parse(this.#box.open(sealed, workId)) as StoredCaller;
    if (stored.expiresAtMs !== undefined && stored.expiresAtMs <= nowMs) return "expired-token";
    const { sessionContext, ...rest } = stored;
    return { ...rest, ...(sessionContext ? { sessionContext: new Map(sessionContext) } : {}) };
  }
}
