import * as ivs from "@aws-sdk/client-ivs";
import { expect, test } from "vitest";
import type { OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { limitCallRates } from "../../kernel/tagged-resources/call-rates.ts";
import { ivsCallLimits } from "./call-rates.ts";

const CHANNEL = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdEf123456";
const OPERATIONS = Object.keys(ivs).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? []);

/** Every operation of the model, doing nothing. */
function limited() {
  const clock = { at: 1_000, nowMs: () => clock.at };
  const idle = { authorize: () => [], handle: async () => ({}) };
  const table = limitCallRates(
    Object.fromEntries(OPERATIONS.map((name) => [name, idle])) as OperationTable,
    ivsCallLimits,
    clock,
  );
  const http = {};
  const call = async (name: string, input: object = {}, change: object = {}) => {
    const context = { accountId: "000000000000", region: "us-east-1", http, ...change };
    await table[name]?.handle(input as never, context as RequestContext, undefined as never);
  };
  /** How many calls pass until one is refused. */
  const passing = async (name: string, input?: object, change?: object) => {
    for (let calls = 0; calls < 1_000; calls++) {
      const error: unknown = await call(name, input, change).catch((caught) => caught);
      if (error) return { calls, error };
    }
    return { calls: 1_000, error: undefined };
  };
  return { clock, call, passing };
}

test("every operation has a rate, the published one where there is one", async () => {
  expect(OPERATIONS).toHaveLength(41);
  const { passing } = limited();
  const byRate: Record<number, string[]> = {};
  for (const name of OPERATIONS) {
    const { calls, error } = await passing(name);
    expect(error).toMatchObject({
      code: "ThrottlingException",
      status: 429,
      message: `Operation: ivs:${name} exceeded call rate: ${calls} for resource: 000000000000`,
    });
    byRate[calls] = [...(byRate[calls] ?? []), name];
  }
  expect(Object.keys(byRate)).toEqual(["2", "3", "5", "10", "155"]);
  expect(byRate[2]).toEqual(["BatchStartViewerSessionRevocation"]);
  expect(byRate[3]?.every((name) => /PlaybackKeyPair|RecordingConfiguration/.test(name))).toBe(
    true,
  );
  expect(byRate[10]?.sort()).toEqual([
    "ListTagsForResource",
    "StartViewerSessionRevocation",
    "TagResource",
    "UntagResource",
  ]);
  expect(byRate[155]).toEqual(["PutMetadata"]);
});

test("a rate is one operation's, one account's and one Region's, and a second later it is free again", async () => {
  const { clock, passing } = limited();
  expect(await passing("GetChannel")).toMatchObject({ calls: 5 });
  expect(await passing("GetStream")).toMatchObject({ calls: 5 });
  expect(await passing("GetChannel", {}, { region: "us-west-2" })).toMatchObject({ calls: 5 });
  expect(await passing("GetChannel", {}, { accountId: "111111111111" })).toMatchObject({
    calls: 5,
  });
  clock.at += 999;
  expect(await passing("GetChannel")).toMatchObject({ calls: 0 });
  clock.at += 1;
  expect(await passing("GetChannel")).toMatchObject({ calls: 5 });
});

test("PutMetadata has one for each channel too; the server's own calls have none", async () => {
  const { passing } = limited();
  expect(await passing("PutMetadata", { channelArn: CHANNEL })).toMatchObject({
    calls: 5,
    error: {
      message: `Operation: ivs:PutMetadata exceeded call rate: 5 for resource: ${CHANNEL}`,
    },
  });
  expect(await passing("PutMetadata", { channelArn: `${CHANNEL}7` })).toMatchObject({ calls: 5 });
  expect(await passing("CreateChannel", {}, { http: undefined })).toMatchObject({ calls: 1_000 });
});
