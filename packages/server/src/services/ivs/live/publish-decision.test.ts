import type { PublishRequest } from "@rolecast/media";
import { expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { ladderOf, sourceLimitsOf } from "../channels/channel-types.ts";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, LiveWorld, type LiveWorldChange, STREAM_KEY } from "../testing/live-world.ts";
import { decidePublish } from "./publish-decision.ts";

async function decide(request: Partial<PublishRequest> = {}, change: LiveWorldChange = {}) {
  const world = await LiveWorld.open(change);
  const { db } = world.store.tables<IvsTables>();
  const whole: PublishRequest = {
    connectionId: "c1",
    protocol: "rtmps",
    name: STREAM_KEY,
    priority: undefined,
    secure: true,
    remoteAddress: "::1",
    ...request,
  };
  const decision = await decidePublish(whole, db, randomIds);
  await world.close();
  return decision;
}

test("the key of a channel lets an encoder in, to be recorded", async () => {
  expect(await decide()).toEqual({
    allow: true,
    container: "mpegts",
    multitrack: undefined,
    ladder: ladderOf("STANDARD", ""),
    sourceLimits: sourceLimitsOf("STANDARD"),
    streamName: CHANNEL_ARN,
    lowLatency: true,
    streamId: expect.stringMatching(/^st-1[A-Za-z0-9]{22}$/),
    recording: { renditions: "all", thumbnails: undefined },
  });
});

test.each([
  ["", false],
  ["sk", false],
  [STREAM_KEY.slice(0, -1), false],
  [`${STREAM_KEY}a`, false],
  [`${STREAM_KEY.slice(0, -1)}b`, false],
  [STREAM_KEY.replace("us-east-1", "us-west-2"), false],
  [STREAM_KEY.replace("sk_", "xk_"), false],
  ["__", false],
  [STREAM_KEY, true],
])("the key %j: let in is %s", async (name, allow) => {
  expect((await decide({ name })).allow).toBe(allow);
});

test("plain RTMP needs insecureIngest", async () => {
  expect((await decide({ secure: false })).allow).toBe(false);
  const insecure = { channel: { insecure_ingest: 1 } };
  expect((await decide({ secure: false }, insecure)).allow).toBe(true);
});

const custom = '{"renditionSelection":"CUSTOM","renditions":["HD","LOWEST_RESOLUTION"]}';
const interval =
  '{"recordingMode":"INTERVAL","targetIntervalSeconds":5,"resolution":"SD","storage":["LATEST"]}';

test.each<[string, LiveWorldChange, unknown]>([
  ["no configuration", { channel: { recording_configuration_arn: "" } }, undefined],
  [
    "renditionSelection NONE",
    { configuration: { rendition_configuration: '{"renditionSelection":"NONE"}' } },
    { renditions: "none", thumbnails: undefined },
  ],
  [
    "renditionSelection CUSTOM",
    { configuration: { rendition_configuration: custom } },
    {
      renditions: [
        { above: 480, upTo: 720 },
        { above: 0, upTo: 360 },
      ],
      thumbnails: undefined,
    },
  ],
  [
    "renditionSelection CUSTOM on a BASIC channel",
    { configuration: { rendition_configuration: custom }, channel: { type: "BASIC" } },
    { renditions: "all", thumbnails: undefined },
  ],
  [
    "thumbnails of a size",
    { configuration: { thumbnail_configuration: interval } },
    {
      renditions: "all",
      thumbnails: {
        intervalMs: 5_000,
        heights: { above: 360, upTo: 480 },
        sequential: false,
        latest: true,
      },
    },
  ],
])("with %s the engine is asked to record that", async (_what, change, recording) => {
  expect(await decide({}, change)).toMatchObject({ allow: true, recording });
});
