import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pause } from "./timers.ts";
import { WriteBehind } from "./write-behind.ts";

const AFTER_MS = 1_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Notes that wait, a database that takes them in 300 ms, and whether it does. */
function world() {
  const seen = {
    waiting: [] as number[],
    database: [] as number[],
    writing: 0,
    twice: false,
    failures: 0,
    /** Runs after writes. */
    cleared: 0,
    away: false,
  };
  const writes = new WriteBehind({
    afterMs: AFTER_MS,
    write: async () => {
      seen.twice ||= seen.writing > 0;
      seen.writing += 1;
      const taken = seen.waiting.splice(0);
      await pause(300);
      seen.writing -= 1;
      if (seen.away) {
        seen.waiting.unshift(...taken);
        throw new Error("away");
      }
      seen.database.push(...taken);
    },
    written: async () => {
      seen.cleared += 1;
      if (seen.cleared === 3) throw new Error("not now");
    },
    failed: () => {
      seen.failures += 1;
    },
  });
  let last = 0;
  const note = () => {
    seen.waiting.push(++last);
    writes.mark();
  };
  return { writes, seen, note };
}

describe("writing behind", () => {
  test("begins as long after the first mark as it says, and takes all", async () => {
    const { seen, note } = world();
    note();
    await vi.advanceTimersByTimeAsync(AFTER_MS - 1);
    note();
    expect(seen.waiting).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(301);
    expect(seen).toMatchObject({ waiting: [], database: [1, 2] });
  });

  test("begins in the next turn when it is told to hurry", async () => {
    const { writes, seen, note } = world();
    note();
    writes.hurry();
    await vi.advanceTimersByTimeAsync(301);
    expect(seen.database).toEqual([1]);
  });

  test("is followed by the rest of the work, though each was asked for", async () => {
    const { writes, seen, note } = world();
    for (let round = 0; round < 3; round += 1) {
      note();
      await vi.advanceTimersByTimeAsync(AFTER_MS / 2);
      const asked = writes.flush();
      await vi.advanceTimersByTimeAsync(300);
      await asked;
    }
    expect(seen).toMatchObject({ database: [1, 2, 3], cleared: 3, failures: 1 });
    // Nothing was marked, so nothing was written.
    const asked = writes.flush();
    await vi.advanceTimersByTimeAsync(300);
    await asked;
    expect(seen.cleared).toBe(3);
  });

  test("is forgotten where nothing waits any more", async () => {
    const { writes, seen, note } = world();
    note();
    writes.forget();
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(seen.database).toEqual([]);
  });

  test("writes what waits when it closes, and nothing later until it starts again", async () => {
    const { writes, seen, note } = world();
    note();
    const closed = writes.close();
    await vi.advanceTimersByTimeAsync(300);
    await closed;
    note();
    writes.hurry();
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(seen).toMatchObject({ database: [1], waiting: [2] });
    writes.start();
    note();
    await vi.advanceTimersByTimeAsync(2 * AFTER_MS);
    expect(seen.database).toEqual([1, 2, 3]);
  });

  test("doesn't try again once it is closed, when the last write fails", async () => {
    const { writes, seen, note } = world();
    note();
    seen.away = true;
    const closed = expect(writes.close()).rejects.toThrow("away");
    await vi.advanceTimersByTimeAsync(300);
    await closed;
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(seen).toMatchObject({ failures: 0, waiting: [1] });
  });

  test("a flush rejects with the failure of its own write, which is given to no one else", async () => {
    const { writes, seen, note } = world();
    note();
    seen.away = true;
    const flushed = expect(writes.flush()).rejects.toThrow("away");
    await vi.advanceTimersByTimeAsync(300);
    await flushed;
    expect(seen).toMatchObject({ failures: 0, waiting: [1] });
  });

  test("loses nothing and writes nothing twice, whatever is noted, flushed and away", async () => {
    const act = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("note", "flush", "hurry") },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
      { weight: 1, arbitrary: fc.boolean() },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const { writes, seen, note } = world();
        let noted = 0;
        const broken: string[] = [];
        for (const each of acts) {
          if (typeof each === "number") await vi.advanceTimersByTimeAsync(each);
          else if (typeof each === "boolean") seen.away = each;
          else if (each === "hurry") writes.hurry();
          else if (each === "note") {
            note();
            noted += 1;
          } else {
            const mine = noted;
            writes.flush().then(
              () => {
                if (seen.database.length < mine) broken.push(`${mine} not written`);
              },
              () => {},
            );
          }
        }
        // No caller asks any more: what waits is written all the same, once the database is back.
        seen.away = false;
        await vi.advanceTimersByTimeAsync(2 * AFTER_MS + 1_000);
        if (seen.twice) broken.push("two writes at once");
        expect(broken).toEqual([]);
        expect(seen.database).toEqual(Array.from({ length: noted }, (_, at) => at + 1));
      }),
      { numRuns: 200 },
    );
  });
});
