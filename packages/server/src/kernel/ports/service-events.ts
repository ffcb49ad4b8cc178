import type { Transaction } from "../store.ts";

/** Something that a service has done by itself, as CloudTrail records it. */
export interface ServiceEvent {
  /** The account whose history has it. */
  readonly accountId: string;
  readonly region: string;
  /** `organizations.amazonaws.com`. */
  readonly source: string;
  readonly name: string;
  /** The record's `serviceEventDetails`. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Records what services do by themselves. CloudTrail implements it. */
export interface ServiceEventRecorder {
  /** Records the event with the transaction of its effect: both are committed, or neither. */
  record(event: ServiceEvent, tx: Transaction): Promise<void>;
}
