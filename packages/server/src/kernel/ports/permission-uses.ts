import type { DecisionRequest } from "@rolecast/policy";
import type { RequestContext } from "../request-context.ts";
import type { Reader } from "../store.ts";

/** A permission that a principal used. */
export interface PermissionUse {
  /** The user's, role's or account root's ARN; a session counts as its role. */
  readonly principalArn: string;
  readonly action: string;
  /** An ARN or "*" as it was decided on; a pattern of ARNs if they were too many to remember. */
  readonly resource: string;
  readonly isPattern: boolean;
  /** The condition keys that a grant of the action should have, with their values. */
  readonly condition: Readonly<Record<string, readonly string[]>>;
  /** The call that needed it, such as `ivs:CreateChannel`. */
  readonly operation: string;
  /** In milliseconds since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The last time that it was denied; 0 if it never was. */
  readonly deniedMs: number;
}

/** The call that needs a permission. */
export type NotedCall = Pick<RequestContext, "service" | "operation" | "nowMs">;

/** Remembers which permissions principals use, on which resources. */
export interface PermissionUses {
  /** Runs for every decision: it costs a few map entries and no more. */
  note(request: DecisionRequest, call: NotedCall, isDenied: boolean): void;
  /**
   * An account's uses since a time, of all principals or of one; within a transaction, those that
   * were written before it.
   */
  list(
    accountId: string,
    about: { readonly principalArn?: string | undefined; readonly sinceMs: number },
    reader: Reader,
  ): Promise<readonly PermissionUse[]>;
}
