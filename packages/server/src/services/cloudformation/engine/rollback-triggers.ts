import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OperationRow, ResourceRow, StackRow } from "../tables.ts";
import { storedRollback } from "../values/rollback-triggers.ts";

/** Alarms are looked at this often while an operation is under way. */
const LOOK_MS = 1_000;

interface Described {
  readonly MetricAlarms?: readonly Alarm[];
  readonly CompositeAlarms?: readonly Alarm[];
}

interface Alarm {
  readonly AlarmArn?: string;
  readonly StateValue?: string;
}

/** The operation that alarms may end. */
interface Watched {
  readonly deps: Pick<EngineDependencies, "invoke">;
  readonly stack: StackRow;
  readonly operation: OperationRow;
  readonly resources: ReadonlyMap<string, ResourceRow>;
  readonly nowMs: number;
  currentCaller(): Promise<Caller>;
}

/** An operation's alarms, as they were at its last look at them. */
export class RollbackTriggers {
  readonly #run: Watched;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #reason: string | undefined;

  constructor(run: Watched) {
    this.#run = run;
  }

  /** The reason for which the stack's alarms end the operation; undefined: they don't. */
  async reason(): Promise<string | undefined> {
    const { stack, nowMs } = this.#run;
    if (!isWatched(stack) || nowMs < this.#lookedMs + LOOK_MS) return this.#reason;
    this.#lookedMs = nowMs;
    this.#reason = await this.#look();
    return this.#reason;
  }

  /**
   * As long as the operation still waits after its last resource; 0: no longer. Without alarms it
   * waits, too, so that somebody may look and cancel it (API reference, RollbackConfiguration).
   */
  restMs(): number {
    const { stack, operation, resources, nowMs } = this.#run;
    const minutes = storedRollback(stack.rollback).minutes ?? 0;
    if (minutes === 0) return 0;
    const ended = [...resources.values()].map(({ changed_ms }) => Number(changed_ms));
    const lastMs = Math.max(Number(operation.started_ms), ...ended);
    return Math.max(0, Math.min(LOOK_MS, lastMs + minutes * 60_000 - nowMs));
  }

  async #look(): Promise<string | undefined> {
    const { stack, deps } = this.#run;
    const { triggers } = storedRollback(stack.rollback);
    const names = triggers.map(({ arn }) => arn.slice(arn.indexOf(":alarm:") + ":alarm:".length));
    try {
      const as = await this.#run.currentCaller();
      const input = { AlarmNames: names, AlarmTypes: ["MetricAlarm", "CompositeAlarm"] };
      const found = await deps.invoke<Described>("cloudwatch", "DescribeAlarms", input, {
        ...{ as, region: stack.region },
      });
      const alarms = [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
      for (const { arn } of triggers) {
        const alarm = alarms.find(({ AlarmArn }) => AlarmArn === arn);
        if (!alarm) return `Rollback trigger ${arn} does not exist.`;
        if (alarm.StateValue === "ALARM") return `Rollback trigger ${arn} is in ALARM state.`;
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return `Rollback triggers can't be read: ${error.message}`;
    }
  }
}

function isWatched({ rollback }: StackRow): boolean {
  return rollback !== null && storedRollback(rollback).triggers.length > 0;
}
