import type { Surroundings } from "./resource-samples.ts";
import { type Sample, TAGS } from "./sample-words.ts";

/** The types of IVS's real-time API. */
export function realTimeSamples({ stageArn, storageArn, pem }: Surroundings): readonly Sample[] {
  return [
    {
      typeName: "AWS::IVS::Stage",
      create: { Name: "one", Tags: TAGS },
      update: {
        AutoParticipantRecordingConfiguration: {
          ...{ StorageConfigurationArn: storageArn, MediaTypes: ["AUDIO_ONLY"] },
          HlsConfiguration: {
            ParticipantRecordingHlsConfiguration: { TargetSegmentDurationSeconds: 4 },
          },
          ThumbnailConfiguration: {
            ParticipantThumbnailConfiguration: {
              ...{ RecordingMode: "INTERVAL", TargetIntervalSeconds: 5, Storage: ["LATEST"] },
            },
          },
          RecordingReconnectWindowSeconds: 30,
        },
        Name: "two",
      },
    },
    {
      typeName: "AWS::IVS::EncoderConfiguration",
      create: { Name: "hd", Video: { Width: 640, Height: 360, Framerate: 25, Bitrate: 800_000 } },
      update: {
        ...{ Name: "hd", Tags: TAGS },
        Video: { Width: 640, Height: 360, Framerate: 25, Bitrate: 800_000 },
      },
    },
    {
      typeName: "AWS::IVS::StorageConfiguration",
      create: { Name: "store", S3: { BucketName: "recordings" } },
      update: { Name: "store", S3: { BucketName: "recordings" }, Tags: TAGS },
    },
    {
      typeName: "AWS::IVS::IngestConfiguration",
      create: { IngestProtocol: "RTMP", InsecureIngest: true, Name: "in", UserId: "encoder" },
      update: {
        ...{ IngestProtocol: "RTMP", InsecureIngest: true, Name: "in", UserId: "encoder" },
        StageArn: stageArn,
      },
      unread: ["InsecureIngest"],
    },
    {
      typeName: "AWS::IVS::PublicKey",
      create: { Name: "tokens", PublicKeyMaterial: pem, Tags: TAGS },
      update: { Name: "tokens", PublicKeyMaterial: pem },
    },
  ];
}
