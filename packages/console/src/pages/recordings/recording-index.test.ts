import { IVSRealTimeClient } from "@aws-sdk/client-ivs-realtime";
import { type ListObjectsV2CommandInput, S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { latestRecordings, type RecordingFilter, recordingOf } from "./recording-index.ts";
import { stageSources } from "./stage-recordings.ts";

const ACCOUNT = "000000000000";

test("a prefix shows when a recording began, in UTC, and of which channel it is", () => {
  const prefix = "ivs/v1/000000000000/AbCdEfGh1234/2026/2/7/9/5/Xy12/";
  expect(recordingOf("films", `${prefix}media/hls/master.m3u8`)).toEqual({
    bucket: "films",
    prefix,
    sourceId: "AbCdEfGh1234",
    id: "Xy12",
    startedAt: new Date("2026-02-07T09:05:00Z"),
  });
});

test.each(["ivs/v1/", "film.mp4", "ivs/v1/000000000000/Ab/2026/2/7/9/5/x"])(
  "%s belongs to none",
  (key) => {
    expect(recordingOf("films", key)).toBeUndefined();
  },
);

type Lists = Readonly<Record<string, readonly string[]>>;

/** The JSON of a composition's recording, of which nothing else says when it began. */
const documents = new Map<string, string | Error>();

function documentAt(key: string): string {
  const found = documents.get(key);
  if (found instanceof Error) throw found;
  if (found !== undefined) return JSON.stringify({ recording_started_at: found });
  throw Object.assign(new Error(key), { name: "NoSuchKey" });
}

/** A client of S3 whose buckets have these keys, and stages' sessions; it counts S3's calls. */
function holding(keys: Lists, sessions: Lists = {}) {
  let calls = 0;
  const send = async ({
    input,
  }: {
    readonly input: ListObjectsV2CommandInput & { Key?: string };
  }) => {
    calls += 1;
    const { Bucket = "", Prefix = "", Key } = input;
    if (Key !== undefined) return { Body: { transformToString: async () => documentAt(Key) } };
    const below = (keys[Bucket] ?? []).filter((key) => key.startsWith(Prefix));
    const folders = below.map((key) => `${Prefix}${key.slice(Prefix.length).split("/")[0]}/`);
    const CommonPrefixes = [...new Set(folders)].sort().map((folder) => ({ Prefix: folder }));
    return { CommonPrefixes };
  };
  const s3: unknown = Object.assign(Object.create(S3Client.prototype), { send });
  const listSessions = async ({ input }: { readonly input: { readonly stageArn: string } }) => ({
    stageSessions: sessions[input.stageArn]?.map((sessionId) => ({ sessionId })),
  });
  const realTime = Object.assign(Object.create(IVSRealTimeClient.prototype), {
    send: listSessions,
  });
  const aws: unknown = { s3, client: () => realTime };
  return { aws: aws as AwsClients, calls: () => calls };
}

const time = fc.tuple(
  fc.integer({ min: 2025, max: 2027 }),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 28 }),
  fc.integer({ min: 0, max: 23 }),
  fc.integer({ min: 0, max: 59 }),
);
const recording = fc.record({
  bucket: fc.constantFrom("films", "more"),
  channel: fc.constantFrom("One", "Two", "Ten"),
  time,
  id: fc.constantFrom("a", "b"),
});

test("recordings of all buckets and channels come newest first, as many as wanted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(recording, { maxLength: 12 }), fc.nat(14), async (all, max) => {
      const keyOf = (one: (typeof all)[number]) =>
        `ivs/v1/${ACCOUNT}/${one.channel}/${one.time.join("/")}/${one.id}/media/0.ts`;
      const keys = {
        films: all.filter(({ bucket }) => bucket === "films").map(keyOf),
        more: all.filter(({ bucket }) => bucket === "more").map(keyOf),
      };
      const { aws } = holding(keys);
      const { entries, complete } = await latestRecordings(aws, ["films", "more"], {}, max);
      const prefixes = new Set(all.map((one) => `${one.bucket} ${keyOf(one).slice(0, -10)}`));
      const times = [...prefixes]
        .map((text) => recordingOf("", text.split(" ")[1] ?? "")?.startedAt?.getTime() ?? 0)
        .sort((a, b) => b - a);
      expect(entries.map(({ startedAt }) => startedAt.getTime())).toEqual(times.slice(0, max));
      expect(complete).toBe(prefixes.size <= max);
    }),
  );
});

test("a channel's and a day's recordings are found without looking at the others", async () => {
  const { aws, calls } = holding({
    films: [
      `ivs/v1/${ACCOUNT}/One/2026/2/7/9/5/a/x`,
      `ivs/v1/${ACCOUNT}/One/2026/2/17/9/5/b/x`,
      `ivs/v1/${ACCOUNT}/Two/2026/2/7/9/5/c/x`,
    ],
  });
  const filter = { channelId: "One", day: "2026-02-07" };
  const { entries } = await latestRecordings(aws, ["films"], filter, 10);
  expect(entries.map(({ id }) => id)).toEqual(["a"]);
  expect(calls()).toBe(4);
});

const [STAGE, DELETED] = ["AbCdEfGh1234", "Deleted12345"];
const ARN = `arn:aws:ivs:us-east-1:${ACCOUNT}:stage/${STAGE}`;

test("participants' recordings come between channels', those of deleted stages too", async () => {
  const { aws } = holding(
    {
      films: [`ivs/v1/${ACCOUNT}/One/2026/2/7/9/5/a/x`],
      takes: [
        `${STAGE}/st-b/ann/2026-02-06T09-05-00Z/x`,
        `${STAGE}/st-a/ann/2026-02-08T09-05-00Z/x`,
        `${STAGE}/st-a/ann/2026-02-08T09-07-00Z/x`,
        `${STAGE}/st-a/bob-1/2026-02-08T09-06-00Z/x`,
        `${STAGE}/other/bob/2026-02-08T09-06-00Z/x`,
        `${DELETED}/st-d/eve/2026-02-08T09-04-00Z/x`,
        `${DELETED}/st-c/eve/2026-02-08T09-08-00Z/x`,
        "photos/st-a/bob/2026-02-08T09-06-00Z/x",
      ],
    },
    { [ARN]: ["st-a", "st-b"] },
  );
  const recorded = { stages: [{ arn: ARN }], buckets: ["takes"] };
  const found = async (filter: RecordingFilter) => {
    const sources = await stageSources(aws, recorded, filter);
    const { entries } = await latestRecordings(aws, ["films"], filter, 10, sources);
    return entries.map(({ id, startedAt }) => `${id} ${startedAt.toISOString().slice(8, 16)}`);
  };
  const ofStage = ["ann 08T09:07", "bob-1 08T09:06", "ann 08T09:05"];
  const all = ["eve 08T09:08", ...ofStage, "eve 08T09:04", "a 07T09:05", "ann 06T09:05"];
  expect(await found({})).toEqual(all);
  expect(await found({ stageId: STAGE })).toEqual([...ofStage, "ann 06T09:05"]);
  expect(await found({ stageId: STAGE, day: "2026-02-06" })).toEqual(["ann 06T09:05"]);
  expect(await found({ channelId: "One" })).toEqual(["a 07T09:05"]);
});

test("compositions' recordings come in the order of their documents' times", async () => {
  const of = (composition: string) => `${STAGE}/${composition}/DestinationA/composite/`;
  const [ended, running, unbegun] = ["CompositionA", "CompositionB", "CompositionC"].map(of);
  documents.set(`${ended}events/recording-ended.json`, "2026-02-08T09:06:00Z");
  documents.set(`${running}events/recording-started.json`, "2026-02-08T09:06:30Z");
  const keys = [ended, running, unbegun].map((prefix) => `${prefix}media/hls/x`);
  const { aws, calls } = holding({
    takes: [...keys, `${STAGE}/st-a/ann/2026-02-08T09-06-15Z/x`, `${STAGE}/CompositionD/other/x`],
  });
  const recorded = { stages: [], buckets: ["takes"] };
  const found = async (filter: RecordingFilter) => {
    const sources = await stageSources(aws, recorded, filter);
    return (await latestRecordings(aws, [], filter, 10, sources)).entries.map(({ id }) => id);
  };
  expect(await found({})).toEqual(["CompositionB", "ann", "CompositionA"]);
  const first = calls();
  expect(await found({ stageId: STAGE, day: "2026-02-07" })).toEqual([]);
  // Their documents aren't read again.
  expect(calls() - first).toBeLessThan(first - 3);
});

test("a composition's document that is refused isn't taken for one that isn't there", async () => {
  const prefix = `${STAGE}/CompositionE/DestinationA/composite/`;
  const refusal = Object.assign(new Error("not authorized"), { name: "AccessDenied" });
  documents.set(`${prefix}events/recording-ended.json`, refusal);
  const { aws } = holding({ takes: [`${prefix}media/hls/x`] });
  const sources = await stageSources(aws, { stages: [], buckets: ["takes"] }, {});
  await expect(latestRecordings(aws, [], {}, 10, sources)).rejects.toBe(refusal);
});

test.each([
  [`${STAGE}/CompositionA/DestinationA/composite/media/hls/multivariant.m3u8`, "CompositionA"],
  [`${STAGE}/CompositionA/DestinationA/media/hls/multivariant.m3u8`, undefined],
])("%s is a composition's: %s", (key, compositionId) => {
  expect(recordingOf("takes", key)?.compositionId).toBe(compositionId);
});

test("a participant's prefix shows the stage, the participant and the second", () => {
  const prefix = `${STAGE}/st-Ab12/ann_1-x/2026-02-07T09-05-03Z/`;
  expect(recordingOf("takes", `${prefix}media/hls/multivariant.m3u8`)).toEqual({
    ...{ bucket: "takes", prefix, sourceId: STAGE, participantId: "ann_1-x", id: "ann_1-x" },
    startedAt: new Date("2026-02-07T09:05:03Z"),
  });
});
