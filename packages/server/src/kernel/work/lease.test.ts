import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Lease } from "./lease.ts";

const BEAT_MS = 2_000;
const SILENCE_MS = 10_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The rows that all processes share, and who ended which. */
class Table {
  readonly rows = new Map<string, number>();
  readonly ended: { readonly id: string; readonly by: string }[] = [];
}

/** A process with one row at a time. A held one does nothing, as one that is paused or dead. */
class Process {
  readonly name: string;
  readonly #table: Table;
  readonly #lease: Lease<{ id: string; beat: number }>;
  readonly lost: string[] = [];
  held = false;
  /** Follows each look. */
  follow = async (_ended: readonly { readonly id: string }[]) => {};
  #generation = 0;

  constructor(name: string, table: Table) {
    this.name = name;
    this.#table = table;
    this.enter();
    this.#lease = new Lease({
      beatMs: BEAT_MS,
      silenceMs: SILENCE_MS,
      own: () => (this.held ? [] : [this.id]),
      renew: async (id) => {
        const beat = table.rows.get(id);
        if (beat === undefined) return false;
        table.rows.set(id, beat + 1);
        return true;
      },
      lost: async (id) => {
        this.lost.push(id);
        this.enter();
      },
      rows: async () => (this.held ? [] : [...table.rows].map(([id, beat]) => ({ id, beat }))),
      end: async ({ id, beat }) => {
        if (table.rows.get(id) !== beat) return false;
        table.ended.push({ id, by: name });
        return table.rows.delete(id);
      },
      looked: (ended) => this.follow(ended),
      failed: (error) => {
        throw error;
      },
    });
    this.#lease.start();
  }

  get id(): string {
    return `${this.name}${this.#generation}`;
  }

  enter(): void {
    this.#generation += 1;
    this.#table.rows.set(this.id, 0);
  }

  close(): Promise<void> {
    return this.#lease.close();
  }
}

describe("a lease", () => {
  test("ends once its holder is silent for long enough, and not before", async () => {
    const table = new Table();
    const [a, b] = [new Process("a", table), new Process("b", table)];
    await vi.advanceTimersByTimeAsync(10 * SILENCE_MS);
    expect(table.ended).toEqual([]);
    a.held = true;
    await vi.advanceTimersByTimeAsync(SILENCE_MS - BEAT_MS);
    expect(table.ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(3 * BEAT_MS);
    expect(table.ended).toEqual([{ id: "a1", by: "b" }]);
    a.held = false;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(a.lost).toEqual(["a1"]);
    expect([...table.rows.keys()].sort()).toEqual(["a2", "b1"]);
    await Promise.all([a.close(), b.close()]);
  });

  test("is kept while its holder is busy with what another one left", async () => {
    const table = new Table();
    const [a, b, c] = [new Process("a", table), new Process("b", table), new Process("c", table)];
    const followed: string[] = [];
    b.follow = async (ended) => {
      if (ended.length === 0) return;
      followed.push(...ended.map(({ id }) => id));
      await new Promise((resolve) => setTimeout(resolve, 3 * SILENCE_MS));
    };
    a.held = true;
    await vi.advanceTimersByTimeAsync(6 * SILENCE_MS);
    expect(table.ended).toEqual([{ id: "a1", by: "b" }]);
    expect(followed).toEqual(["a1"]);
    expect(b.lost).toEqual([]);
    await Promise.all([a.close(), b.close(), c.close()]);
  });

  test("isn't ended for a pause that kept every process from its beats", async () => {
    const table = new Table();
    const now = performance.now.bind(performance);
    let pausedMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now() + pausedMs);
    const [a, b] = [new Process("a", table), new Process("b", table)];
    await vi.advanceTimersByTimeAsync(2 * BEAT_MS);
    // One of them pauses a beat before the other, and comes back a beat after it.
    b.held = true;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    pausedMs = 10 * SILENCE_MS;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    b.held = false;
    await vi.advanceTimersByTimeAsync(10 * BEAT_MS);
    expect(table.ended).toEqual([]);
    await Promise.all([a.close(), b.close()]);
  });

  test("whatever pauses, a row is ended once, and its holder has another one by then", async () => {
    const act = fc.record({
      process: fc.nat({ max: 2 }),
      holds: fc.boolean(),
      forMs: fc.integer({ min: 0, max: 15_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const table = new Table();
        const all = ["a", "b", "c"].map((name) => new Process(name, table));
        for (const { process, holds, forMs } of acts) {
          const one = all[process];
          if (one) one.held = holds;
          await vi.advanceTimersByTimeAsync(forMs);
        }
        for (const each of all) each.held = false;
        await vi.advanceTimersByTimeAsync(2 * SILENCE_MS);
        const ended = table.ended.map(({ id }) => id);
        expect(ended).toEqual([...new Set(ended)]);
        expect(all.flatMap(({ lost }) => lost).sort()).toEqual([...ended].sort());
        // All beat again, so each has one row, and it is a row that no process has ended.
        expect([...table.rows.keys()].sort()).toEqual(all.map(({ id }) => id));
        await Promise.all(all.map((each) => each.close()));
      }),
      { numRuns: 100 },
    );
  });
});
