import { expect, test } from "vitest";
import { checklistSteps, type Stock } from "./checklist-steps.ts";

const NOTHING: Stock = {
  buckets: 0,
  configurations: 0,
  recordingChannels: 0,
  liveStreams: 0,
  recordings: 0,
};
const states = (stock: Partial<Stock>) =>
  checklistSteps({ ...NOTHING, ...stock }).map(({ id, state }) => `${id} ${state}`);

test("nothing is ticked off in an empty account", () => {
  expect(states({})).toEqual([
    "bucket open",
    "configuration open",
    "channel open",
    "stream open",
    "recording open",
  ]);
});

test.each([
  ["bucket", { buckets: 2 }],
  ["configuration", { configurations: 1 }],
  ["channel", { recordingChannels: 1 }],
  ["stream", { liveStreams: 1 }],
] as const)("%s is ticked off by itself", (id, stock) => {
  expect(states(stock).filter((state) => state.endsWith("done"))).toEqual([`${id} done`]);
});

test("a recording shows that somebody has streamed", () => {
  expect(states({ recordings: 3 })).toEqual(
    expect.arrayContaining(["stream done", "recording done"]),
  );
});

test("what can't be read is neither done nor open", () => {
  expect(states({ buckets: undefined, liveStreams: undefined, recordings: undefined })).toEqual([
    "bucket unknown",
    "configuration open",
    "channel open",
    "stream unknown",
    "recording unknown",
  ]);
});
