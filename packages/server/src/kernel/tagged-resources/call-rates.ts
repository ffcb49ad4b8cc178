import type { AwsError } from "../aws-error.ts";
import type { Clock } from "../clock.ts";
import type { AnyOperationHandler, OperationTable } from "../operations.ts";
import { RateWindows } from "../rate-windows.ts";
import type { RequestContext } from "../request-context.ts";

/** The rates of a service's operations, and its words for a call too many. */
export interface CallLimits {
  /** Calls a second of an account in a Region, by operation. */
  readonly ofAccount: Readonly<Record<string, number>>;
  /** A rate that holds for one resource beside its account's; undefined where there is none. */
  ofResource?(operation: string, input: object): ResourceRate | undefined;
  throttled(operation: string, callsPerSecond: number, resource: string): AwsError;
}

export interface ResourceRate {
  readonly resource: string;
  readonly callsPerSecond: number;
}

/** The same operations, each held to its rate. The server's own calls (a seed file's) are free. */
export function limitCallRates(
  operations: OperationTable,
  limits: CallLimits,
  clock: Clock,
): OperationTable {
  const rates = new CallRates(limits, clock);
  const limited = Object.entries(operations).map(([name, operation]) => {
    const handler: AnyOperationHandler = {
      ...operation,
      handle(input, context, subject) {
        if (context.http) rates.note(name, input, context);
        return operation.handle(input, context, subject);
      },
    };
    return [name, handler] as const;
  });
  return Object.fromEntries(limited);
}

/** Counts calls within the last second. */
class CallRates {
  readonly #limits: CallLimits;
  readonly #windows: RateWindows;

  constructor(limits: CallLimits, clock: Clock) {
    this.#limits = limits;
    this.#windows = new RateWindows(clock);
  }

  /** Throws the service's refusal of a call too many. */
  note(operation: string, input: object, { accountId, region }: RequestContext): void {
    const own = this.#limits.ofResource?.(operation, input);
    if (own) this.#count(operation, own.resource, own.resource, own.callsPerSecond);
    const rate = this.#limits.ofAccount[operation];
    if (rate !== undefined) this.#count(operation, `${accountId} ${region}`, accountId, rate);
  }

  #count(operation: string, counted: string, resource: string, max: number): void {
    if (!this.#windows.take(`${operation} ${counted}`, max))
      throw this.#limits.throttled(operation, max, resource);
  }
}
