import { expect, test } from "vitest";
import { Ends, HungEndError } from "./ends.ts";

const never = () => new Promise<void>(() => {});

/** Ends whose steps note themselves, in the order in which they were begun. */
function noting(steps: Readonly<Record<string, () => Promise<void> | void>>) {
  const taken: string[] = [];
  const ends = new Ends({ allMs: 50, restMs: 20 });
  for (const [part, run] of Object.entries(steps))
    ends.push(part, () => {
      taken.push(part);
      return run();
    });
  return { ends, taken };
}

test("the last step is taken first, and each once", async () => {
  const { ends, taken } = noting({
    folder() {},
    database: async () => {},
    service: async () => {},
  });
  await Promise.all([ends.run(), ends.run()]);
  expect(taken).toEqual(["service", "database", "folder"]);
});

test("what hangs is named, and the rest ends, with little time for what hangs too", async () => {
  const { ends, taken } = noting({ folder() {}, database: never, a: async () => {}, b: never });
  await expect(ends.run()).rejects.toThrow(HungEndError);
  expect(taken).toEqual(["b", "a", "database", "folder"]);
  const again = noting({ folder() {}, one: never, two: never });
  await expect(again.ends.run()).rejects.toThrow("not everything ended in time: two, one.");
});

test("a step that fails is told of after the others", async () => {
  const broken = async () => {
    throw new Error("broken");
  };
  const { ends, taken } = noting({ folder() {}, service: broken });
  await expect(ends.run()).rejects.toThrow("broken");
  expect(taken).toEqual(["service", "folder"]);
});
