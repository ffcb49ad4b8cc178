/**
 * Bytes of bodies in memory before their signatures are verified, over all requests: a hundred of
 * the largest that are read whole.
 */
const BUDGET_BYTES = 128 * 1024 * 1024;

/** The budget is used up; the caller should try again. */
export class NoRoomForBodyError extends Error {
  constructor() {
    super("Please reduce your request rate: too many request bodies wait to be verified.");
    this.name = "NoRoomForBodyError";
  }
}

/** The memory that all requests may use for bodies. One address gets at most half of it. */
export class BodyBudget {
  readonly #bytesMax: number;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(bytesMax = BUDGET_BYTES) {
    this.#bytesMax = bytesMax;
  }

  /** Throws NoRoomForBodyError. */
  take(address: string, sizeBytes: number): void {
    const theirs = (this.#byAddress.get(address) ?? 0) + sizeBytes;
    if (this.#held + sizeBytes > this.#bytesMax || theirs > this.#bytesMax / 2)
      throw new NoRoomForBodyError();
    this.#held += sizeBytes;
    this.#byAddress.set(address, theirs);
  }

  give(address: string, sizeBytes: number): void {
    this.#held -= sizeBytes;
    const left = (this.#byAddress.get(address) ?? 0) - sizeBytes;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

/** The part of the budget that one request uses until it is answered. */
export class HeldBytes {
  readonly #budget: BodyBudget;
  readonly #address: string;
  #held = 0;

  constructor(budget: BodyBudget, address: string) {
    this.#budget = budget;
    this.#address = address;
  }

  /** Throws NoRoomForBodyError. */
  add(sizeBytes: number): void {
    this.#budget.take(this.#address, sizeBytes);
    this.#held += sizeBytes;
  }

  release(): void {
    if (this.#held === 0) return;
    this.#budget.give(this.#address, this.#held);
    this.#held = 0;
  }
}
