/** A channel in one worker's hands. */
interface Claim<Worker> {
  readonly owner: Worker;
  /** Publishers that were let in there and haven't begun or left yet. */
  deciding: number;
  isLive: boolean;
}

/**
 * Which worker has which channel: one at a time, from the decision about its first publisher to its
 * session's end.
 */
export class StreamOwners<Worker> {
  readonly #claims = new Map<string, Claim<Worker>>();

  /** The worker that has the channel: `asker` if none has. It then owes a `decided`. */
  claim(streamName: string, asker: Worker): Worker {
    const claim = this.#claims.get(streamName) ?? { owner: asker, deciding: 0, isLive: false };
    if (claim.owner === asker) {
      claim.deciding += 1;
      this.#claims.set(streamName, claim);
    }
    return claim.owner;
  }

  owner(streamName: string): Worker | undefined {
    return this.#claims.get(streamName)?.owner;
  }

  /** How many channels the worker has. */
  count(worker: Worker): number {
    return [...this.#claims.values()].filter(({ owner }) => owner === worker).length;
  }

  decided(streamName: string, worker: Worker): void {
    this.#change(streamName, worker, (claim) => {
      claim.deciding -= 1;
    });
  }

  began(streamName: string, worker: Worker): void {
    this.#change(streamName, worker, (claim) => {
      claim.isLive = true;
    });
  }

  ended(streamName: string, worker: Worker): void {
    this.#change(streamName, worker, (claim) => {
      claim.isLive = false;
    });
  }

  /** The worker is gone, and with it whatever it had. */
  release(worker: Worker): void {
    for (const [streamName, { owner }] of this.#claims) {
      if (owner === worker) {
        this.#claims.delete(streamName);
      }
    }
  }

  #change(streamName: string, worker: Worker, change: (claim: Claim<Worker>) => void): void {
    const claim = this.#claims.get(streamName);
    if (claim?.owner !== worker) {
      return;
    }
    change(claim);
    if (claim.deciding === 0 && !claim.isLive) {
      this.#claims.delete(streamName);
    }
  }
}
