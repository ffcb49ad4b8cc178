import type { Clock } from "../../../kernel/clock.ts";
import { RateWindows } from "../../../kernel/rate-windows.ts";
import type { StageToken } from "../tokens/stage-token.ts";

/**
 * Requests of one participant a second, each of which others see or get an event of. AWS publishes
 * no such limits; these are our own, far above the rates of Amazon's clients.
 */
const PER_SECOND = {
  publish: 5,
  /** A page that joins subscribes to everyone at once. */
  subscribe: 100,
  exchange: 5,
} as const;

/** Counts requests of participants, also of those that leave and come back in between. */
export class ParticipantRates {
  readonly #windows: RateWindows;

  constructor(clock: Clock) {
    this.#windows = new RateWindows(clock);
  }

  /** Counts one more; false means that it is one too many. */
  take(what: keyof typeof PER_SECOND, { stageArn, participantId }: StageToken): boolean {
    return this.#windows.take(`${what} ${stageArn} ${participantId}`, PER_SECOND[what]);
  }
}
