import { expect, test } from "vitest";
import { readyStage, recordChannel, type StageClients } from "./stage.ts";

interface World {
  readonly channels?: readonly object[];
  readonly configurations?: readonly object[];
  /** The states that a new configuration goes through. */
  readonly states?: readonly string[];
  readonly bucketError?: string;
}

/** Clients that answer from a small world, and the calls that they got. */
function clientsOf({ channels = [], configurations = [], states = [], bucketError }: World) {
  const calls: string[] = [];
  const left = [...states];
  const createBucket = () => {
    if (bucketError === undefined) return {};
    throw Object.assign(new Error(bucketError), { name: bucketError });
  };
  const answers = new Map<string, () => object>([
    ["ListChannelsCommand", () => ({ channels })],
    ["ListRecordingConfigurationsCommand", () => ({ recordingConfigurations: configurations })],
    ["GetCallerIdentityCommand", () => ({ Account: "123456789012" })],
    ["CreateBucketCommand", createBucket],
    ["CreateRecordingConfigurationCommand", () => ({ recordingConfiguration: { arn: "new" } })],
    [
      "GetRecordingConfigurationCommand",
      () => ({ recordingConfiguration: { state: left.shift() } }),
    ],
    ["CreateChannelCommand", () => ({ channel: { arn: "new-channel" } })],
  ]);
  const send = async (command: { readonly constructor: { readonly name: string } }) => {
    const { name } = command.constructor;
    if (!/^(?:List|Get)/.test(name)) {
      calls.push(`${name} ${JSON.stringify("input" in command ? command.input : undefined)}`);
    }
    return answers.get(name)?.() ?? {};
  };
  const client = { send } as unknown as StageClients["ivs"] &
    StageClients["s3"] &
    StageClients["sts"];
  return { calls, clients: { ivs: client, s3: client, sts: client, region: "eu-west-1" } };
}

const nothing = () => {};

test("from nothing, everything is made", async () => {
  const { calls, clients } = clientsOf({ states: ["ACTIVE"] });
  const steps: string[] = [];
  expect(await readyStage(clients, (step) => steps.push(step))).toBe("new-channel");
  const bucket = "rolecast-recordings-123456789012-eu-west-1";
  const place = `{"LocationConstraint":"eu-west-1"}`;
  const s3 = `{"s3":{"bucketName":"${bucket}"}}`;
  expect(calls).toEqual([
    `CreateBucketCommand {"Bucket":"${bucket}","CreateBucketConfiguration":${place}}`,
    `CreateRecordingConfigurationCommand {"name":"recordings","destinationConfiguration":${s3}}`,
    `CreateChannelCommand {"name":"test-picture","type":"BASIC","recordingConfigurationArn":"new"}`,
  ]);
  expect(steps).toHaveLength(3);
});

test("the bucket of an earlier time is taken, another's isn't", async () => {
  const mine = clientsOf({ bucketError: "BucketAlreadyOwnedByYou", states: ["ACTIVE"] });
  expect(await readyStage(mine.clients, nothing)).toBe("new-channel");
  const others = clientsOf({ bucketError: "BucketAlreadyExists" });
  await expect(readyStage(others.clients, nothing)).rejects.toThrow("BucketAlreadyExists");
});

test("a configuration that is there is used, and so is an earlier channel", async () => {
  const configurations = [
    { arn: "failed", state: "CREATE_FAILED" },
    { arn: "active", state: "ACTIVE" },
  ];
  const first = clientsOf({ configurations });
  await readyStage(first.clients, nothing);
  expect(first.calls).toEqual([expect.stringContaining('"recordingConfigurationArn":"active"')]);
  const channels = [{ arn: "old", recordingConfigurationArn: "active" }];
  const again = clientsOf({ configurations, channels });
  expect(await readyStage(again.clients, nothing)).toBe("old");
  expect(again.calls).toEqual([]);
});

test("a channel that doesn't record is made to", async () => {
  const channels = [{ arn: "old", recordingConfigurationArn: "" }];
  const { calls, clients } = clientsOf({
    channels,
    configurations: [{ arn: "active", state: "ACTIVE" }],
  });
  const update = `UpdateChannelCommand {"arn":"old","recordingConfigurationArn":"active"}`;
  expect(await readyStage(clients, nothing)).toBe("old");
  await recordChannel(clients, "old", nothing);
  expect(calls).toEqual([update, update]);
});

test("a configuration that fails ends it", async () => {
  const { clients } = clientsOf({ states: ["CREATE_FAILED"] });
  await expect(readyStage(clients, nothing)).rejects.toThrow("couldn't be created");
});
