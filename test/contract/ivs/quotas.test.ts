import { generateKeyPairSync } from "node:crypto";
import {
  CreateAdConfigurationCommand,
  CreateChannelCommand,
  CreatePlaybackRestrictionPolicyCommand,
  CreateRecordingConfigurationCommand,
  ImportPlaybackKeyPairCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { makeBucket } from "./recording-bucket.ts";

const ONE = {
  channels: 1,
  recordingConfigurations: 1,
  playbackKeyPairs: 1,
  playbackRestrictionPolicies: 1,
  adConfigurations: 1,
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ivsQuotas: ONE });
});
afterAll(() => server.close());

it("are an account's in a Region, and those that the settings say", async () => {
  for (const region of ["us-east-1", "us-west-2"]) {
    const clients = server.clients(undefined, region);
    const { ivs } = clients;
    const bucketName = await makeBucket(clients, region);
    const publicKeyMaterial = () =>
      generateKeyPairSync("ec", { namedCurve: "secp384r1" })
        .publicKey.export({ type: "spki", format: "pem" })
        .toString();
    const playbackConfigurationArn = `arn:aws:mediatailor:${region}:000000000000:playbackConfiguration/a`;
    const makes: Readonly<Record<keyof typeof ONE, () => Promise<unknown>>> = {
      channels: () => ivs.send(new CreateChannelCommand({})),
      recordingConfigurations: () =>
        ivs.send(
          new CreateRecordingConfigurationCommand({
            destinationConfiguration: { s3: { bucketName } },
          }),
        ),
      playbackKeyPairs: () =>
        ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial: publicKeyMaterial() })),
      playbackRestrictionPolicies: () => ivs.send(new CreatePlaybackRestrictionPolicyCommand({})),
      adConfigurations: () =>
        ivs.send(
          new CreateAdConfigurationCommand({
            mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn }],
          }),
        ),
    };
    for (const make of Object.values(makes)) {
      await make();
      await expect(make()).rejects.toMatchObject({
        name: "ServiceQuotaExceededException",
        message: expect.stringContaining("(limit 1)"),
        $metadata: { httpStatusCode: 402 },
      });
    }
  }
});
