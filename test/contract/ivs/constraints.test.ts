import * as ivs from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const CHANNEL = "arn:aws:ivs:us-east-1:000000000000:channel/AbSeNt123456";
const AD_SOURCE = "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/x";
const s3 = (bucketName: string) => ({ destinationConfiguration: { s3: { bucketName } } });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Operation, the member or text that the answer names, input. */
const REFUSED: readonly (readonly [string, string, object])[] = [
  ["CreateChannel", "name", { name: "a b" }],
  ["CreateChannel", "name", { name: "x".repeat(129) }],
  ["CreateChannel", "latencyMode", { latencyMode: "ULTRA" }],
  ["CreateChannel", "type", { type: "PREMIUM" }],
  [
    "CreateChannel",
    "'preset' failed to satisfy constraint: Member must satisfy enum value set: [HIGHER_BANDWIDTH_DELIVERY, CONSTRAINED_BANDWIDTH_DELIVERY]",
    { preset: "FAST" },
  ],
  [
    "CreateChannel",
    "'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ",
    { tags: { team: "!" } },
  ],
  ["CreateChannel", "containerFormat", { containerFormat: "MKV" }],
  ["CreateChannel", "recordingConfigurationArn", { recordingConfigurationArn: CHANNEL }],
  ["GetChannel", "arn", { arn: "channel/x" }],
  ["GetChannel", "arn", { arn: CHANNEL.replace("channel/", "stream-key/") }],
  ["UpdateChannel", "arn", { name: "x" }],
  ["BatchGetChannel", "arns", { arns: [] }],
  ["BatchGetChannel", "arns", { arns: Array.from({ length: 51 }, () => CHANNEL) }],
  ["BatchGetChannel", "arns", { arns: [CHANNEL, "channel/x"] }],
  ["BatchGetChannel", "arns", { arns: [CHANNEL.replace("channel/", "stream-key/")] }],
  ["BatchGetStreamKey", "arns", { arns: [CHANNEL] }],
  ["TagResource", "resourceArn", { resourceArn: "channel/x", tags: { a: "b" } }],
  ["ListTagsForResource", "resourceArn", { resourceArn: "arn:aws:s3:::bucket" }],
  ["ListChannels", "maxResults", { maxResults: 0 }],
  ["ListChannels", "maxResults", { maxResults: 101 }],
  ["ListChannels", "maxResults", { maxResults: 1.5 }],
  ["ListStreamKeys", "maxResults", { channelArn: CHANNEL, maxResults: 1.5 }],
  ["InsertAdBreak", "durationSeconds", { channelArn: CHANNEL, durationSeconds: 30.5 }],
  ["ListChannels", "nextToken", { nextToken: "not a token" }],
  ["CreateStreamKey", "channelArn", {}],
  ["ListStreamKeys", "maxResults", { channelArn: CHANNEL, maxResults: 51 }],
  ["CreateRecordingConfiguration", "destinationConfiguration", {}],
  ["CreateRecordingConfiguration", "bucketName", s3("ab")],
  [
    "CreateRecordingConfiguration",
    "s3.bucketName is required to have a maximum length of 63, found 78",
    s3("x".repeat(78)),
  ],
  ["CreateRecordingConfiguration", "bucketName", s3("Upper")],
  [
    "CreateRecordingConfiguration",
    "recordingReconnectWindowSeconds",
    { ...s3("bucket"), recordingReconnectWindowSeconds: 301 },
  ],
  [
    "CreateRecordingConfiguration",
    "targetIntervalSeconds",
    { ...s3("bucket"), thumbnailConfiguration: { targetIntervalSeconds: 61 } },
  ],
  [
    "CreateRecordingConfiguration",
    "targetIntervalSeconds",
    {
      ...s3("bucket"),
      thumbnailConfiguration: { recordingMode: "DISABLED", targetIntervalSeconds: 10 },
    },
  ],
  [
    "CreateRecordingConfiguration",
    "renditions",
    { ...s3("bucket"), renditionConfiguration: { renditionSelection: "CUSTOM" } },
  ],
  [
    "CreateRecordingConfiguration",
    "renditions",
    { ...s3("bucket"), renditionConfiguration: { renditions: ["4K"] } },
  ],
  ["ImportPlaybackKeyPair", "publicKeyMaterial", {}],
  ["ImportPlaybackKeyPair", "name", { publicKeyMaterial: "x", name: "a b" }],
  [
    "ImportPlaybackKeyPair",
    "Request member: publicKeyMaterial failed to satisfy the constraints",
    { publicKeyMaterial: "x" },
  ],
  ["GetPlaybackKeyPair", "arn", { arn: CHANNEL }],
  ["ListPlaybackKeyPairs", "maxResults", { maxResults: 101 }],
  ["CreatePlaybackRestrictionPolicy", "allowedCountries", { allowedCountries: ["D"] }],
  ["DeletePlaybackRestrictionPolicy", "arn", { arn: CHANNEL }],
  ["ListPlaybackRestrictionPolicies", "maxResults", { maxResults: 0 }],
  ["StartViewerSessionRevocation", "viewerId", { channelArn: CHANNEL, viewerId: "" }],
  ["StartViewerSessionRevocation", "viewerId", { channelArn: CHANNEL, viewerId: "x".repeat(41) }],
  [
    "StartViewerSessionRevocation",
    "viewerSessionVersionsLessThanOrEqualTo",
    { channelArn: CHANNEL, viewerId: "x", viewerSessionVersionsLessThanOrEqualTo: -1 },
  ],
  ["BatchStartViewerSessionRevocation", "viewerSessions", { viewerSessions: [] }],
  ["CreateAdConfiguration", "mediaTailorPlaybackConfigurations", {}],
  [
    "CreateAdConfiguration",
    "playbackConfigurationArn",
    { mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: CHANNEL }] },
  ],
  [
    "CreateAdConfiguration",
    "durationSeconds",
    {
      mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: AD_SOURCE }],
      postRollConfiguration: { durationSeconds: 301 },
    },
  ],
  ["GetStreamSession", "streamId", { channelArn: CHANNEL, streamId: "st-short" }],
  ["ListStreams", "health", { filterBy: { health: "FINE" } }],
];

/** The SDK's command of an operation, with input that its types may forbid. */
function command(operation: string, input: object): ivs.GetChannelCommand {
  const commands = ivs as unknown as Record<string, new (input: object) => ivs.GetChannelCommand>;
  const Command = commands[`${operation}Command`];
  if (!Command) throw new Error(`No command ${operation}`);
  return new Command(input);
}

describe("constraints", () => {
  it.each(REFUSED)("%s refuses a wrong %s: %j", async (operation, member, input) => {
    await expect(server.clients().ivs.send(command(operation, input))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(member),
      $metadata: { httpStatusCode: 400 },
    });
  });
});
