import { expect, test, vi } from "vitest";
import { StepRuns } from "./step-runs.ts";

/** Work that goes on until it is stopped, or ended by the test. */
function endless() {
  const work = { begun: 0, stopped: 0, end: (_error?: unknown) => {} };
  const run = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      work.begun += 1;
      work.end = (error) => (error === undefined ? resolve() : reject(error));
      signal.addEventListener("abort", () => {
        work.stopped += 1;
        reject(signal.reason);
      });
    });
  return { work, run };
}

test("a step's work is begun once and remembered until the step has ended", async () => {
  const runs = new StepRuns(4);
  const { work, run } = endless();
  runs.begin("site", "one", run);
  runs.begin("site", "one", run);
  await vi.waitFor(() => expect(work.begun).toBe(1));
  expect([runs.isBegun("site", "one"), runs.outcomeOf("site", "one")]).toEqual([true, undefined]);
  const error = new Error("refused");
  work.end(error);
  await vi.waitFor(() => expect(runs.outcomeOf("site", "one")).toEqual({ error }));
  runs.forget("site", "one");
  expect([runs.isBegun("site", "one"), work.begun]).toEqual([false, 1]);
});

test("the next step's work begins after the one before was stopped", async () => {
  const runs = new StepRuns(4);
  const [first, second] = [endless(), endless()];
  runs.begin("site", "one", first.run);
  await vi.waitFor(() => expect(first.work.begun).toBe(1));
  runs.begin("site", "two", second.run);
  await vi.waitFor(() => expect(second.work.begun).toBe(1));
  expect([first.work.stopped, runs.isBegun("site", "one")]).toEqual([1, false]);
  second.work.end();
  await vi.waitFor(() => expect(runs.outcomeOf("site", "two")).toEqual({ value: undefined }));
});

test("four work at the same time; after closing, those that wait never begin", async () => {
  const runs = new StepRuns(4);
  const all = Array.from({ length: 6 }, endless);
  for (const [at, { run }] of all.entries()) runs.begin(`site ${at}`, "one", run);
  const begun = () => all.filter(({ work }) => work.begun > 0).length;
  await vi.waitFor(() => expect(begun()).toBe(4));
  all[0]?.work.end();
  await vi.waitFor(() => expect(runs.outcomeOf("site 0", "one")).toEqual({ value: undefined }));
  await vi.waitFor(() => expect(begun()).toBe(5));
  await runs.close();
  expect(begun()).toBe(5);
  const left = all.map((_, at) => runs.isBegun(`site ${at}`, "one"));
  expect(left).toEqual([true, false, false, false, false, false]);
});

test("a stopped step's work keeps no turn, even if it never ends", async () => {
  const runs = new StepRuns(1);
  const hung = new Promise<void>(() => {});
  runs.begin("hung", "one", () => hung);
  const { work, run } = endless();
  runs.begin("site", "one", run);
  await vi.waitFor(() => expect(runs.isBegun("site", "one")).toBe(true));
  expect(work.begun).toBe(0);
  runs.stop("hung", "another");
  runs.stop("hung", "one");
  await vi.waitFor(() => expect(work.begun).toBe(1));
});

test("no more runs are kept than its bound, also after one that goes on", async () => {
  const runs = new StepRuns(8, 3);
  const long = endless();
  runs.begin("long", "one", long.run);
  for (const site of ["a", "b", "c", "d"]) {
    runs.begin(site, "one", async () => site);
    await vi.waitFor(() => expect(runs.outcomeOf(site, "one")).toEqual({ value: site }));
  }
  const kept = () => ["long", "a", "b", "c", "d"].filter((site) => runs.isBegun(site, "one"));
  expect(kept()).toEqual(["long", "c", "d"]);
});

test("work that finds no room begins with a later look", async () => {
  const runs = new StepRuns(8, 1);
  const [long, next] = [endless(), endless()];
  runs.begin("long", "one", long.run);
  runs.begin("next", "one", next.run);
  await vi.waitFor(() => expect(long.work.begun).toBe(1));
  expect(runs.isBegun("next", "one")).toBe(false);
  long.work.end();
  await vi.waitFor(() => expect(runs.outcomeOf("long", "one")).toEqual({ value: undefined }));
  runs.begin("next", "one", next.run);
  expect(runs.isBegun("next", "one")).toBe(true);
});
