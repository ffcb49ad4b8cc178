import fc from "fast-check";
import { expect, test } from "vitest";
import { UnwrappedTime } from "./unwrapped-time.ts";

test.for([32, 33])(
  "times of %i bits go on through any number of wraps, forwards and back",
  (bits) => {
    const period = 2 ** bits;
    const steps = fc.array(fc.integer({ min: 1 - period / 2, max: period / 2 - 1 }));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: period - 1 }), steps, (first, given) => {
        const clock = new UnwrappedTime(bits);
        let time = first;
        expect(clock.unwrap(first)).toBe(first);
        for (const step of given) {
          time += step;
          expect(clock.unwrap(((time % period) + period) % period)).toBe(time);
        }
      }),
    );
  },
);
