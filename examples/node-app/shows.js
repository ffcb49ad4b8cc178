import {
  CreateChannelCommand,
  CreateRecordingConfigurationCommand,
  ListChannelsCommand,
} from "@aws-sdk/client-ivs";

/** The application: every show is a channel of its own, recorded into the company's bucket. */
export async function openShow(ivs, { title, bucket }) {
  const { recordingConfiguration } = await ivs.send(
    new CreateRecordingConfigurationCommand({
      name: title,
      destinationConfiguration: { s3: { bucketName: bucket } },
    }),
  );
  const { channel, streamKey } = await ivs.send(
    new CreateChannelCommand({
      name: title,
      type: "BASIC",
      recordingConfigurationArn: recordingConfiguration.arn,
    }),
  );
  return {
    ingest: `rtmps://${channel.ingestEndpoint}/app/${streamKey.value}`,
    playbackUrl: channel.playbackUrl,
    channelArn: channel.arn,
  };
}

export async function titlesOfShows(ivs) {
  const { channels } = await ivs.send(new ListChannelsCommand({}));
  return channels.map(({ name }) => name);
}
