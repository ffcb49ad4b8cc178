import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import type {
  CompositionThumbnailConfiguration,
  IVSRealTime,
  S3DestinationConfiguration,
  StartCompositionRequest,
} from "@aws-sdk/client-ivs-realtime";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { outcomeOf, realTimeOf } from "./support.ts";

const VIDEO = { width: 320, height: 180, framerate: 10, bitrate: 300_000 };
const GONE = "0123456789ab";

let server: TestServer;
let realTime: IVSRealTime;
beforeAll(async () => {
  server = await startTestServer({ transcodeCores: 1 });
  realTime = realTimeOf(server);
});
afterAll(() => server?.close());

async function parts() {
  const { ivs } = server.clients();
  const [{ stage }, { channel }, { encoderConfiguration: encoder }] = await Promise.all([
    realTime.createStage({}),
    ivs.send(new CreateChannelCommand({})),
    realTime.createEncoderConfiguration({ video: VIDEO }),
  ]);
  const stageArn = stage?.arn ?? "";
  const channelArn = channel?.arn ?? "";
  const encoderConfigurationArn = encoder?.arn ?? "";
  const destinations = [{ channel: { channelArn, encoderConfigurationArn } }];
  return { stageArn, channelArn, encoderConfigurationArn, destinations };
}

async function stateOf(arn: string) {
  return (await realTime.getComposition({ arn })).composition?.state;
}

describe("a composition", () => {
  test("waits for somebody to publish, is found, and is stopped", async () => {
    const { stageArn, encoderConfigurationArn, destinations } = await parts();
    const request = {
      ...{ stageArn, destinations, idempotencyToken: "token-1", tags: { team: "a" } },
      layout: { pip: { pipWidth: 100, pipPosition: "TOP_LEFT" as const } },
    };
    const { composition } = await realTime.startComposition(request);
    const arn = composition?.arn ?? "";
    expect(composition).toEqual({
      ...{ arn, stageArn, state: "STARTING", tags: { team: "a" }, startTime: expect.any(Date) },
      layout: {
        pip: {
          ...{ featuredParticipantAttribute: "", omitStoppedVideo: false, videoFillMode: "COVER" },
          ...{ gridGap: 0, pipParticipantAttribute: "", pipBehavior: "STATIC", pipOffset: 0 },
          ...{ pipPosition: "TOP_LEFT", participantOrderAttribute: "", pipWidth: 100 },
        },
      },
      destinations: [
        {
          ...{ id: expect.stringMatching(/^[a-zA-Z0-9]{12}$/), state: "STARTING" },
          configuration: destinations[0],
        },
      ],
    });
    expect((await realTime.startComposition(request)).composition?.arn).toBe(arn);
    const other = { ...request, tags: { team: "b" } };
    expect(await outcomeOf(realTime.startComposition(other))).toBe("ConflictException");
    const second = (await realTime.startComposition({ stageArn, destinations })).composition;
    const filters = [
      { filterByStageArn: stageArn },
      { filterByEncoderConfigurationArn: encoderConfigurationArn },
    ];
    for (const filter of filters) {
      const first = await realTime.listCompositions({ ...filter, maxResults: 1 });
      const { nextToken } = first;
      const rest = await realTime.listCompositions({ ...filter, maxResults: 1, nextToken });
      const all = [first, rest].flatMap((page) => page.compositions ?? []);
      expect(all.map((one) => one.arn)).toEqual([arn, second?.arn]);
      expect(rest.nextToken).toBeUndefined();
    }
    expect(
      await outcomeOf(realTime.deleteEncoderConfiguration({ arn: encoderConfigurationArn })),
    ).toBe("ConflictException");
    await realTime.tagResource({ resourceArn: arn, tags: { more: "1" } });
    expect((await realTime.listTagsForResource({ resourceArn: arn })).tags).toEqual({
      ...{ team: "a", more: "1" },
    });
    await realTime.stopComposition({ arn });
    await until(async () => (await stateOf(arn)) === "STOPPED", "its end");
    expect(await outcomeOf(realTime.stopComposition({ arn }))).toBe("done");
    await realTime.deleteStage({ arn: stageArn });
    const failed = async () => (await stateOf(second?.arn ?? "")) === "FAILED";
    await until(failed, "the end with its stage");
    await realTime.deleteEncoderConfiguration({ arn: encoderConfigurationArn });
  });

  test("goes to a bucket, whose configurations are kept and which needs permission", async () => {
    const { stageArn, encoderConfigurationArn } = await parts();
    const { iam, s3 } = server.clients();
    const bucketName = "composed";
    await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
    const made = await realTime.createStorageConfiguration({ s3: { bucketName } });
    const storageConfigurationArn = made.storageConfiguration?.arn ?? "";
    const bucket = { storageConfigurationArn, encoderConfigurationArns: [encoderConfigurationArn] };
    const thumbnailConfigurations: CompositionThumbnailConfiguration[] = [{ storage: ["LATEST"] }];
    const destinations = [{ name: "film", s3: { ...bucket, thumbnailConfigurations } }];
    const { composition } = await realTime.startComposition({ stageArn, destinations });
    const { arn = "", destinations: [destination] = [] } = composition ?? {};
    const [stage, id] = [stageArn, arn].map((one) => one.split("/")[1]);
    expect(destination).toEqual({
      ...{ id: expect.any(String), state: "STARTING" },
      detail: { s3: { recordingPrefix: `${stage}/${id}/${destination?.id}/composite` } },
      configuration: {
        name: "film",
        s3: {
          ...{ ...bucket, recordingConfiguration: { format: "HLS" } },
          thumbnailConfigurations: [{ targetIntervalSeconds: 60, storage: ["LATEST"] }],
        },
      },
    });
    const listed = await realTime.listCompositions({
      filterByEncoderConfigurationArn: encoderConfigurationArn,
    });
    expect(listed.compositions).toHaveLength(1);
    const deletions = () =>
      Promise.all([
        outcomeOf(realTime.deleteStorageConfiguration({ arn: storageConfigurationArn })),
        outcomeOf(realTime.deleteEncoderConfiguration({ arn: encoderConfigurationArn })),
      ]);
    expect(await deletions()).toEqual(["ConflictException", "ConflictException"]);
    const all = [stageArn, encoderConfigurationArn, storageConfigurationArn];
    for (const [index, missing] of all.entries()) {
      const rest = all.filter((one) => one !== missing);
      const statements = [allow("ivs:StartComposition", rest)];
      const user = await createUser(iam, `recorder-${index}`, statements);
      await expect(
        realTimeOf(server, user).startComposition({ stageArn, destinations }),
      ).rejects.toThrow(missing);
    }
    await realTime.stopComposition({ arn });
    await until(async () => (await stateOf(arn)) === "STOPPED", "its end");
    expect(await deletions()).toEqual(["done", "done"]);
  });

  let known: Awaited<ReturnType<typeof parts>>;
  beforeAll(async () => {
    known = await parts();
  });
  type Wanted = Partial<StartCompositionRequest>;
  const ids = "arn:aws:ivs:us-east-1:000000000000";
  const GONE_ENCODER = `${ids}:encoder-configuration/${GONE}`;
  const noChannel = { channel: { channelArn: `${ids}:channel/${GONE}` } };
  const s3 = {
    storageConfigurationArn: `${ids}:storage-configuration/${GONE}`,
    encoderConfigurationArns: [GONE_ENCODER],
  };
  const bucketWith = (more: Partial<S3DestinationConfiguration>) => ({
    destinations: [{ s3: { ...s3, ...more } }],
  });
  test.each<[string, Wanted, string]>([
    ["no destination", { destinations: [] }, "ValidationException"],
    ["an empty destination", { destinations: [{}] }, "ValidationException"],
    ["two channels", { destinations: [noChannel, noChannel] }, "ValidationException"],
    ["two layouts", { layout: { grid: {}, pip: {} } }, "ValidationException"],
    ["a gap below zero", { layout: { grid: { gridGap: -1 } } }, "ValidationException"],
    [
      "an unknown corner",
      { layout: { pip: { pipPosition: "MIDDLE" as "TOP_LEFT" } } },
      "ValidationException",
    ],
    ["a stage that is gone", { stageArn: `${ids}:stage/${GONE}` }, "ResourceNotFoundException"],
    ["a channel that is gone", { destinations: [noChannel] }, "ResourceNotFoundException"],
    ["a bucket that is gone", { destinations: [{ s3 }] }, "ResourceNotFoundException"],
    ["two buckets", { destinations: [{ s3 }, { s3 }] }, "ValidationException"],
    [
      "a channel and a bucket in one",
      { destinations: [{ ...noChannel, s3 }] },
      "ValidationException",
    ],
    ["no encoder", bucketWith({ encoderConfigurationArns: [] }), "ValidationException"],
    [
      "two encoders",
      bucketWith({ encoderConfigurationArns: [GONE_ENCODER, GONE_ENCODER] }),
      "ValidationException",
    ],
    [
      "short segments",
      bucketWith({
        recordingConfiguration: { hlsConfiguration: { targetSegmentDurationSeconds: 1 } },
      }),
      "ValidationException",
    ],
    [
      "another format",
      bucketWith({ recordingConfiguration: { format: "MP4" as "HLS" } }),
      "ValidationException",
    ],
    [
      "two sorts of thumbnails",
      bucketWith({ thumbnailConfigurations: [{}, {}] }),
      "ValidationException",
    ],
    [
      "thumbnails all the time",
      bucketWith({ thumbnailConfigurations: [{ targetIntervalSeconds: 0 }] }),
      "ValidationException",
    ],
    ["no storage", bucketWith({ storageConfigurationArn: "" }), "ValidationException"],
  ])("is refused with %s", async (_what, wanted, error) => {
    const { stageArn, destinations } = known;
    const request = { stageArn, destinations, ...wanted };
    expect(await outcomeOf(realTime.startComposition(request))).toBe(error);
  });

  test("a stage has five, and a picture that the machine can't make is refused", async () => {
    const { stageArn, channelArn, destinations } = await parts();
    const start = (to: StartCompositionRequest["destinations"] = destinations) =>
      outcomeOf(realTime.startComposition({ stageArn, destinations: to }));
    const all = [];
    for (let count = 0; count < 6; count += 1) all.push(await start());
    expect(all).toEqual([...Array(5).fill("done"), "ServiceQuotaExceededException"]);
    const video = { width: 1_920, height: 1_080, framerate: 60 };
    const large = await realTime.createEncoderConfiguration({ video });
    const { arn: encoderConfigurationArn } = large.encoderConfiguration ?? {};
    const other = await parts();
    const to = [{ channel: { channelArn, encoderConfigurationArn } }];
    const request = { stageArn: other.stageArn, destinations: to };
    await expect(realTime.startComposition(request)).rejects.toMatchObject({
      name: "ServiceQuotaExceededException",
      message: expect.stringContaining("processors"),
    });
  });

  test("needs permission for its stage, its encoder and its channel", async () => {
    const { stageArn, channelArn, encoderConfigurationArn, destinations } = await parts();
    const { iam } = server.clients();
    let users = 0;
    const start = async (...allowed: string[]) => {
      users += 1;
      const statements = [allow("ivs:StartComposition", allowed)];
      const user = await createUser(iam, `composer-${users}`, statements);
      return realTimeOf(server, user)
        .startComposition({ stageArn, destinations })
        .then(
          () => "done",
          ({ message }: Error) => message,
        );
    };
    expect(await start(stageArn, encoderConfigurationArn)).toContain(channelArn);
    expect(await start(stageArn, channelArn)).toContain(encoderConfigurationArn);
    expect(await start(encoderConfigurationArn, channelArn)).toContain(stageArn);
    expect(await start(stageArn, encoderConfigurationArn, channelArn)).toBe("done");
  });
});
