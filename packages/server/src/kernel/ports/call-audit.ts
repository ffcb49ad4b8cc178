import type { Operation } from "@rolecast/wire";
import type { Authorization } from "../authorization.ts";
import type { RequestContext } from "../request-context.ts";
import type { Service } from "../service.ts";
import type { Transaction } from "../store.ts";

/** How the names of operations that change nothing begin. */
const READS = /^(?:Get|List|Describe|BatchGet|Lookup|Head|Search|Simulate|Decode)(?![a-z])/;

/** A call of one operation, from outside or by another service. */
export interface AuditedCall {
  readonly service: Service;
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

export type CallOutcome = { readonly output: unknown } | { readonly error: unknown };

/** The audit of one call while it runs. */
export interface CallAudit {
  /** Sets the pairs that had to be allowed: they name the resources and their owners. */
  decidedOn(authorizations: readonly Authorization[]): void;
  /**
   * Runs last in every transaction that may hold an effect of the call, so that effect and record
   * are committed together or not at all.
   */
  intend(tx: Transaction): Promise<void>;
  /** Ends the record. Resolves once it would survive a crash; the caller is answered after that. */
  end(outcome: CallOutcome): Promise<void>;
}

/** Records calls. CloudTrail implements it. */
export interface CallAuditor {
  /** Undefined for calls that leave no record, such as those on data. */
  begin(call: AuditedCall): CallAudit | undefined;
}

/** Whether an operation changes nothing by its name; `AuditFacts.readOnly` knows further ones. */
export function readsByName(operationName: string): boolean {
  return READS.test(operationName);
}
