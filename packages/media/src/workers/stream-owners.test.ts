import fc from "fast-check";
import { expect, test } from "vitest";
import { StreamOwners } from "./stream-owners.ts";

type Step = readonly ["connects" | "begins" | "leaves" | "ends" | "dies", worker: number];

/**
 * The steps that workers take with one channel, as far as the order of their messages lets them.
 */
class Model {
  readonly owners = new StreamOwners<number>();
  /** Publishers that were let in by each worker and have neither begun nor left. */
  readonly undecided = [0, 0, 0];
  live: number | undefined;

  take([step, worker]: Step): void {
    const { undecided, owners } = this;
    const waiting = undecided[worker] ?? 0;
    if (step === "connects") {
      const owner = owners.claim("c", worker);
      const expected = this.holder() ?? worker;
      expect(owner).toBe(expected);
      undecided[worker] = waiting + (owner === worker ? 1 : 0);
    } else if (step === "begins" && waiting > 0) {
      this.live ??= worker;
      owners.began("c", worker);
      this.#decide(worker);
    } else if (step === "leaves" && waiting > 0) {
      this.#decide(worker);
    } else if (step === "ends" && this.live === worker) {
      this.live = undefined;
      owners.ended("c", worker);
    } else if (step === "dies") {
      undecided[worker] = 0;
      this.live = this.live === worker ? undefined : this.live;
      owners.release(worker);
    }
    expect(owners.owner("c")).toBe(this.holder());
  }

  holder(): number | undefined {
    const undecided = this.undecided.findIndex((count) => count > 0);
    return this.live ?? (undecided < 0 ? undefined : undecided);
  }

  #decide(worker: number): void {
    this.undecided[worker] = (this.undecided[worker] ?? 0) - 1;
    this.owners.decided("c", worker);
  }
}

test("a channel has one owner, from its first publisher's decision to its session's end", () => {
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom("connects", "begins", "leaves", "ends", "dies"),
      fc.integer({ min: 0, max: 2 }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      const model = new Model();
      for (const step of taken) {
        model.take(step);
      }
    }),
    { numRuns: 500 },
  );
});
