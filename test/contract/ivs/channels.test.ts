import {
  BatchGetChannelCommand,
  BatchGetStreamKeyCommand,
  CreateChannelCommand,
  type CreateChannelRequest,
  CreateStreamKeyCommand,
  DeleteChannelCommand,
  DeleteStreamKeyCommand,
  GetChannelCommand,
  GetStreamCommand,
  GetStreamKeyCommand,
  GetStreamSessionCommand,
  ListChannelsCommand,
  ListStreamKeysCommand,
  ListStreamSessionsCommand,
  ListStreamsCommand,
  StopStreamCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { makeBucket, makeRecordingConfiguration } from "./recording-bucket.ts";

const ABSENT = "arn:aws:ivs:us-east-1:000000000000:channel/AbSeNt123456";
const MULTITRACK = { enabled: true, policy: "ALLOW", maximumResolution: "HD" } as const;

let server: TestServer;
let root: Clients;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
});
afterAll(() => server.close());

async function make(input: CreateChannelRequest = {}) {
  const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
  return { channel, streamKey, arn: channel?.arn ?? "", keyArn: streamKey?.arn ?? "" };
}

describe("channels", () => {
  it("have AWS's defaults and shapes, with hosts that resolve here", async () => {
    const { channel, streamKey } = await make();
    const id = channel?.arn?.split("/")[1] ?? "";
    const { port } = new URL(server.endpoint);
    expect(channel).toEqual({
      arn: `arn:aws:ivs:us-east-1:000000000000:channel/${id}`,
      name: "",
      latencyMode: "LOW",
      type: "STANDARD",
      authorized: false,
      insecureIngest: false,
      preset: "",
      recordingConfigurationArn: "",
      playbackRestrictionPolicyArn: "",
      adConfigurationArn: "",
      tags: {},
      containerFormat: "TS",
      multitrackInputConfiguration: {
        enabled: false,
        maximumResolution: "FULL_HD",
        policy: "ALLOW",
      },
      ingestEndpoint: "localhost",
      playbackUrl: `http://127.0.0.1:${port}/api/video/v1/us-east-1.000000000000.channel.${id}.m3u8`,
      srt: { endpoint: "localhost", passphrase: expect.stringMatching(/^[A-Za-z0-9]{79}$/) },
    });
    expect(id).toMatch(/^[A-Za-z0-9]{12}$/);
    const keyId = streamKey?.arn?.split("/")[1];
    expect(streamKey).toMatchObject({ channelArn: channel?.arn, tags: {} });
    expect(streamKey?.value).toMatch(new RegExp(`^sk_us-east-1_${keyId}_[A-Za-z0-9]{30}$`));
  });

  it("change only what is sent", async () => {
    const { arn, channel } = await make({ name: "before", type: "BASIC", insecureIngest: true });
    const update = new UpdateChannelCommand({ arn, name: "after", authorized: true });
    const updated = await root.ivs.send(update);
    expect(updated.channel).toEqual({ ...channel, name: "after", authorized: true });
    expect((await root.ivs.send(new GetChannelCommand({ arn }))).channel).toEqual(updated.channel);
  });

  it("take a preset for ADVANCED types and drop it with the type", async () => {
    const { arn, channel } = await make({ type: "ADVANCED_HD" });
    expect(channel?.preset).toBe("HIGHER_BANDWIDTH_DELIVERY");
    const { channel: basic } = await root.ivs.send(
      new UpdateChannelCommand({ arn, type: "BASIC" }),
    );
    expect(basic?.preset).toBe("");
  });

  it.each<[string, CreateChannelRequest, string]>([
    [
      "a preset without an ADVANCED type",
      { preset: "CONSTRAINED_BANDWIDTH_DELIVERY" },
      "ValidationException",
    ],
    [
      "multitrack without fMP4",
      { multitrackInputConfiguration: MULTITRACK },
      "ValidationException",
    ],
    [
      "multitrack on a BASIC channel",
      {
        type: "BASIC",
        containerFormat: "FRAGMENTED_MP4",
        multitrackInputConfiguration: MULTITRACK,
      },
      "ValidationException",
    ],
    [
      "multitrack without a policy",
      { containerFormat: "FRAGMENTED_MP4", multitrackInputConfiguration: { enabled: true } },
      "ValidationException",
    ],
    [
      "ads in fMP4",
      {
        containerFormat: "FRAGMENTED_MP4",
        adConfigurationArn: ABSENT.replace("channel/", "ad-configuration/"),
      },
      "ValidationException",
    ],
    ["a reserved tag", { tags: { "aws:x": "1" } }, "ValidationException"],
    [
      "a recording configuration that isn't there",
      {
        recordingConfigurationArn:
          "arn:aws:ivs:us-east-1:000000000000:recording-configuration/AbSeNt123456",
      },
      "ResourceNotFoundException",
    ],
    [
      "a recording configuration of another Region",
      {
        recordingConfigurationArn:
          "arn:aws:ivs:eu-west-1:000000000000:recording-configuration/AbSeNt123456",
      },
      "ResourceNotFoundException",
    ],
    [
      "a playback restriction policy that isn't there",
      {
        playbackRestrictionPolicyArn:
          "arn:aws:ivs:us-east-1:000000000000:playback-restriction-policy/AbSeNt123456",
      },
      "ResourceNotFoundException",
    ],
  ])("are refused with %s", async (_what, input, name) => {
    await expect(make(input)).rejects.toMatchObject({ name });
  });

  it("are filtered by name or by recording configuration, not by both", async () => {
    const { arn } = await makeRecordingConfiguration(root, await makeBucket(root));
    const recorded = await make({ name: "recorded", recordingConfigurationArn: arn });
    await make({ name: "other" });
    const list = async (input: object) =>
      (await root.ivs.send(new ListChannelsCommand(input))).channels?.map((each) => each.arn);
    expect(await list({ filterByRecordingConfigurationArn: arn })).toEqual([recorded.arn]);
    expect(await list({ filterByName: "recorded" })).toEqual([recorded.arn]);
    await expect(
      list({ filterByName: "recorded", filterByRecordingConfigurationArn: arn }),
    ).rejects.toMatchObject({ name: "ConflictException" });
    const { channels } = await root.ivs.send(new ListChannelsCommand({ filterByName: "recorded" }));
    expect(channels?.[0]).not.toHaveProperty("playbackUrl");
  });

  it("go with their stream keys", async () => {
    const { arn, keyArn } = await make();
    await root.ivs.send(new DeleteChannelCommand({ arn }));
    for (const gone of [new GetChannelCommand({ arn }), new DeleteChannelCommand({ arn })])
      await expect(root.ivs.send(gone as GetChannelCommand)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        $metadata: { httpStatusCode: 404 },
      });
    await expect(root.ivs.send(new GetStreamKeyCommand({ arn: keyArn }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("are got many at once, the missing ones told apart", async () => {
    const [one, two] = [await make(), await make()];
    const batch = await root.ivs.send(
      new BatchGetChannelCommand({ arns: [one.arn, ABSENT, two.arn] }),
    );
    expect(batch.channels).toEqual([one.channel, two.channel]);
    expect(batch.errors).toEqual([
      { arn: ABSENT, code: "404", message: `Resource: ${ABSENT} not found` },
    ]);
  });

  it("stay in their Region", async () => {
    const { arn } = await make();
    const ireland = server.clients(undefined, "eu-west-1").ivs;
    await expect(ireland.send(new GetChannelCommand({ arn }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect((await ireland.send(new ListChannelsCommand({}))).channels).toEqual([]);
    const nowhere = server.clients(undefined, "us-east-2").ivs;
    await expect(nowhere.send(new ListChannelsCommand({}))).rejects.toThrow(/us-east-2/);
  });
});

describe("stream keys", () => {
  it("are one a channel; deleted and made again they are another", async () => {
    const { arn: channelArn, keyArn, streamKey } = await make();
    const create = new CreateStreamKeyCommand({ channelArn, tags: { team: "a" } });
    await expect(root.ivs.send(create)).rejects.toMatchObject({
      name: "ServiceQuotaExceededException",
      $metadata: { httpStatusCode: 402 },
    });
    expect((await root.ivs.send(new GetStreamKeyCommand({ arn: keyArn }))).streamKey).toEqual(
      streamKey,
    );
    await root.ivs.send(new DeleteStreamKeyCommand({ arn: keyArn }));
    const again = (await root.ivs.send(create)).streamKey;
    expect(again?.value).not.toBe(streamKey?.value);
    const batch = await root.ivs.send(
      new BatchGetStreamKeyCommand({ arns: [keyArn, again?.arn ?? ""] }),
    );
    expect(batch.streamKeys).toEqual([again]);
    expect(batch.errors?.map((error) => error.arn)).toEqual([keyArn]);
    const { streamKeys } = await root.ivs.send(new ListStreamKeysCommand({ channelArn }));
    expect(streamKeys).toEqual([{ arn: again?.arn, channelArn, tags: { team: "a" } }]);
  });
});

describe("streams of a channel that isn't live", () => {
  it("answer ChannelNotBroadcasting with 404", async () => {
    const { arn: channelArn } = await make();
    for (const command of [
      new GetStreamCommand({ channelArn }),
      new StopStreamCommand({ channelArn }),
    ])
      await expect(root.ivs.send(command as GetStreamCommand)).rejects.toMatchObject({
        name: "ChannelNotBroadcasting",
        message: `Channel: ${channelArn} is not currently online`,
        $metadata: { httpStatusCode: 404 },
      });
    expect((await root.ivs.send(new ListStreamsCommand({}))).streams).toEqual([]);
    const sessions = await root.ivs.send(new ListStreamSessionsCommand({ channelArn }));
    expect(sessions.streamSessions).toEqual([]);
    await expect(root.ivs.send(new GetStreamSessionCommand({ channelArn }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("answer ResourceNotFoundException where there is no channel", async () => {
    for (const command of [
      new GetStreamCommand({ channelArn: ABSENT }),
      new StopStreamCommand({ channelArn: ABSENT }),
      new ListStreamSessionsCommand({ channelArn: ABSENT }),
      new CreateStreamKeyCommand({ channelArn: ABSENT }),
      new ListStreamKeysCommand({ channelArn: ABSENT }),
    ])
      await expect(root.ivs.send(command as GetStreamCommand)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: `Resource: ${ABSENT} not found`,
      });
  });

  it("play as 404 in the form that players know", async () => {
    const { channel } = await make();
    const response = await fetch(channel?.playbackUrl ?? "");
    expect(response.status).toBe(404);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject([{ type: "error", error: "Can not find channel" }]);
  });
});
