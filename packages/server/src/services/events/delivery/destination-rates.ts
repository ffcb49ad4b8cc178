/** One that wasn't used for so long is of a delivery that is gone, or another node's. */
const UNUSED_MS_MAX = 60_000;
/** Unused ones are looked for once there are so many. */
const RESERVED_MAX = 10_000;

/**
 * Spaces the requests to each API destination by its InvocationRateLimitPerSecond. Every node does
 * by itself.
 */
export class DestinationRates {
  /** The moment at which the next request may be sent, by the destination's ARN. */
  readonly #nextMs = new Map<string, number>();
  /** The moments that were given to deliveries, by their ids. */
  readonly #reserved = new Map<string, number>();

  /**
   * The moment at which a delivery may be sent, `nowMs` if at once. Asked again at that moment or
   * later, it may be.
   */
  slot(deliveryId: string, arn: string, perSecond: number, nowMs: number): number {
    const given = this.#reserved.get(deliveryId);
    if (given !== undefined && given <= nowMs) {
      this.#reserved.delete(deliveryId);
      return nowMs;
    }
    if (given !== undefined) return given;
    const slotMs = Math.max(nowMs, this.#nextMs.get(arn) ?? 0);
    this.#nextMs.set(arn, slotMs + 1_000 / perSecond);
    if (slotMs > nowMs) this.#reserve(deliveryId, slotMs, nowMs);
    return slotMs;
  }

  #reserve(deliveryId: string, slotMs: number, nowMs: number): void {
    if (this.#reserved.size >= RESERVED_MAX) {
      for (const [id, ms] of this.#reserved)
        if (ms < nowMs - UNUSED_MS_MAX) this.#reserved.delete(id);
      for (const [arn, ms] of this.#nextMs) if (ms <= nowMs) this.#nextMs.delete(arn);
    }
    this.#reserved.set(deliveryId, slotMs);
  }
}
