import type { Authorization } from "../../kernel/authorization.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Ids } from "../../kernel/ids.ts";
import type {
  AuditedCall,
  CallAudit,
  CallAuditor,
  CallOutcome,
} from "../../kernel/ports/call-audit.ts";
import type { Transaction } from "../../kernel/store.ts";
import type { EventStore } from "./events/event-store.ts";
import { type AuditedOperation, AuditedOperations } from "./record/audited-operation.ts";
import { newEventId } from "./record/event-ids.ts";
import type { EventRecord, EventRecords } from "./record/event-record.ts";

export interface CallRecorderOptions {
  readonly events: EventStore;
  readonly records: EventRecords;
  readonly clock: Clock;
  readonly ids: Ids;
}

const ORDER_STEP_MS = 0.001;

/** Makes CloudTrail's records of calls. */
export class CallRecorder implements CallAuditor {
  readonly #options: CallRecorderOptions;
  readonly #operations = new AuditedOperations();
  #lastMs = 0;

  constructor(options: CallRecorderOptions) {
    this.#options = options;
  }

  begin(call: AuditedCall): CallAudit | undefined {
    const operation = this.#operations.of(call.service, call.operation);
    return operation.isData ? undefined : new RecordedCall(call, operation, this);
  }

  get options(): CallRecorderOptions {
    return this.#options;
  }

  /** Now; fractions of a millisecond keep the order of what happens within one. */
  nextMs(): number {
    const nowMs = this.#options.clock.nowMs();
    this.#lastMs = nowMs > this.#lastMs ? nowMs : this.#lastMs + ORDER_STEP_MS;
    return this.#lastMs;
  }
}

class RecordedCall implements CallAudit {
  readonly #call: AuditedCall;
  readonly #operation: AuditedOperation;
  readonly #recorder: CallRecorder;
  /** Nearly always one: a Map would take more room than the rest. */
  readonly #ids: { readonly recipient: string; readonly id: string }[] = [];
  #authorizations: readonly Authorization[] = [];
  /** When the first record was made: with the first effect, else at the end. */
  #atMs: number | undefined;

  constructor(call: AuditedCall, operation: AuditedOperation, recorder: CallRecorder) {
    this.#call = call;
    this.#operation = operation;
    this.#recorder = recorder;
  }

  decidedOn(authorizations: readonly Authorization[]): void {
    this.#authorizations = authorizations;
  }

  async intend(tx: Transaction): Promise<void> {
    if (this.#operation.readOnly) return;
    await this.#recorder.options.events.intend(this.#records(undefined), tx);
  }

  end(outcome: CallOutcome): Promise<void> {
    return this.#recorder.options.events.append(this.#records(outcome));
  }

  #records(outcome: CallOutcome | undefined): readonly EventRecord[] {
    const { records } = this.#recorder.options;
    this.#atMs ??= this.#recorder.nextMs();
    const atMs = this.#atMs;
    const soFar = {
      call: this.#call,
      operation: this.#operation,
      authorizations: this.#authorizations,
      outcome,
      atMs,
    };
    return records.of(soFar, (recipient) => this.#id(recipient, atMs));
  }

  /** The same in every record of the call, however often it is made. */
  #id(recipient: string, atMs: number): string {
    const known = this.#ids.find((each) => each.recipient === recipient);
    if (known) return known.id;
    const id = newEventId(atMs, this.#recorder.options.ids);
    this.#ids.push({ recipient, id });
    return id;
  }
}
