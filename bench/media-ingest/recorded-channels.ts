import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import {
  makeBucket,
  makeRecordingConfiguration,
} from "../../test/contract/ivs/recording-bucket.ts";
import type { ServerProcess } from "../../test/support/server-process.ts";

/**
 * BASIC channels that are recorded into one bucket, without thumbnails: their ARNs by stream key.
 */
export async function makeRecordedChannels(
  { root }: ServerProcess,
  count: number,
): Promise<Map<string, string>> {
  const bucket = await makeBucket(root);
  const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket, {
    thumbnailConfiguration: { recordingMode: "DISABLED" },
  });
  const channels = new Map<string, string>();
  for (let index = 0; index < count; index++) {
    const { channel, streamKey } = await root.ivs.send(
      new CreateChannelCommand({ type: "BASIC", insecureIngest: true, recordingConfigurationArn }),
    );
    channels.set(streamKey?.value ?? "", channel?.arn ?? "");
  }
  return channels;
}
