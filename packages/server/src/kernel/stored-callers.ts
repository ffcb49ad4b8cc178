import { SecretBox } from "./crypto/secret-box.ts";
import type { Caller, ContextValue } from "./principal.ts";

/** Never changes. Text that was sealed for another purpose doesn't open here. */
const PURPOSE = "rolecast stored callers";

/** A caller as JSON has it. */
interface StoredCaller extends Omit<Caller, "sessionContext"> {
  readonly sessionContext?: readonly (readonly [key: string, value: ContextValue])[];
}

/**
 * Keeps callers for work that goes on after their request has been answered: a row of the work
 * holds the sealed text, and each step restores the caller and calls as it, through the chain of
 * services that it had.
 *
 * A restored caller is decided on as of then. Each call looks its policies up by the id of the user
 * or role: a detached policy no longer allows anything, and a deleted user may do nothing, even if
 * there is a new one of its name. Only what the session fixed stays: its policies, tags, time of
 * MFA and end.
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
