import { join } from "node:path";
import { download, keysBelow } from "./download.ts";
import { decode, Encoder } from "./encoder.ts";
import type { EventReader } from "./event-reader.ts";
import { expect } from "./report.ts";
import { listAt, ROOT, type Stage, textAt } from "./stage.ts";

const BUCKET = "rolecast-demo-participants";
const WRITER = "ivs-composite.us-east-1.amazonaws.com";
const PUBLISHED_SECONDS = 8;
const FILE_SECONDS = 2;
/** It begins with the encoder's first keyframe after it has joined, and they are 2 s apart. */
const RECORDED_SECONDS_MIN = PUBLISHED_SECONDS - 4;

/** 7. A participant of a stage, recorded by the bucket's policy where channels need the role. */
export async function recordParticipant(stage: Stage, events: EventReader): Promise<void> {
  const { report, ffmpeg } = stage;
  report.section(
    "7. A stage's participant is recorded, by the bucket's policy instead of the role",
  );
  let storageConfigurationArn = "";
  await report.show("a storage configuration puts IVS into the bucket's policy", async () => {
    storageConfigurationArn = await createStorage(stage);
    const { Policy } = await stage.call("s3", "GetBucketPolicy", { Bucket: BUCKET }, ROOT);
    const [statement] = listAt(JSON.parse(String(Policy)), "Statement");
    const writer = textAt(statement, "Principal.Service");
    expect(writer === WRITER, `the policy allows ${writer}`);
    return `${textAt(statement, "Sid")}: ${writer}`;
  });
  const { publishUrl, participantId, recording } = await createStage(
    stage,
    storageConfigurationArn,
  );
  const encoder = new Encoder(ffmpeg, publishUrl, PUBLISHED_SECONDS);
  await report.show("an encoder joins the stage over RTMPS and is recorded", async () => {
    const started = await recording(events, "Recording Start", encoder);
    const code = await encoder.ended();
    expect(code === 0, `ffmpeg ended with ${code}: ${encoder.log}`);
    return `participant ${participantId} in session ${String(started.session_id)}`;
  });
  let prefix = "";
  let recordedSeconds = 0;
  await report.show("its Recording End event gives prefix and duration", async () => {
    const ended = await recording(events, "Recording End", encoder);
    prefix = String(ended.recording_s3_key_prefix);
    recordedSeconds = Number(ended.recording_duration_ms) / 1_000;
    expect(recordedSeconds >= RECORDED_SECONDS_MIN, `only ${recordedSeconds} s are recorded`);
    return `${String(ended.recording_duration_ms)} ms in ${prefix}`;
  });
  await report.show(
    "multivariant.m3u8, fetched with signed GETs, decodes to its length",
    async () => {
      await download(stage, BUCKET, await keysBelow(stage, BUCKET, prefix));
      const file = join(stage.workDir, prefix, "media/hls/multivariant.m3u8");
      const { durationSeconds, warnings } = await decode(ffmpeg, file);
      const difference = Math.abs(durationSeconds - recordedSeconds);
      expect(difference <= 0.5, `it decodes to ${durationSeconds} s`);
      expect(warnings === "", `the decoder complains: ${warnings}`);
      return `${durationSeconds.toFixed(2)} s of ${recordedSeconds.toFixed(2)} s`;
    },
  );
  await stage.call("s3", "DeleteBucketPolicy", { Bucket: BUCKET }, ROOT);
  const again = new Encoder(ffmpeg, publishUrl, 60);
  try {
    await report.show("without the policy, the next recording fails to start", async () => {
      await recording(events, "Recording Start Failure", again);
      return "Recording Start Failure";
    });
  } finally {
    again.stop();
    await again.ended();
  }
}

async function createStorage(stage: Stage): Promise<string> {
  await stage.call("s3", "CreateBucket", { Bucket: BUCKET }, ROOT);
  const input = { name: "demo", s3: { bucketName: BUCKET } };
  const made = await stage.call("ivs-realtime", "CreateStorageConfiguration", input, ROOT);
  return textAt(made, "storageConfiguration.arn");
}

/** A stage that records who publishes, and the address at which an encoder joins it. */
async function createStage(stage: Stage, storageConfigurationArn: string) {
  const made = await stage.call(
    ...(["ivs-realtime", "CreateStage"] as const),
    {
      name: "demo",
      autoParticipantRecordingConfiguration: {
        storageConfigurationArn,
        hlsConfiguration: { targetSegmentDurationSeconds: FILE_SECONDS },
      },
    },
    ROOT,
  );
  const stageArn = textAt(made, "stage.arn");
  const input = { stageArn, ingestProtocol: "RTMPS", userId: "encoder" };
  const { ingestConfiguration } = await stage.call(
    ...(["ivs-realtime", "CreateIngestConfiguration", input, ROOT] as const),
  );
  const participantId = textAt(ingestConfiguration, "participantId");
  const endpoint = textAt(made, "stage.endpoints.rtmps");
  return {
    participantId,
    publishUrl: `${endpoint}${textAt(ingestConfiguration, "streamKey")}`,
    /** An event of the participant's recording, which comes while the encoder runs or after it. */
    recording: (events: EventReader, name: string, encoder: Encoder) =>
      stage.until(
        `${name} (${encoder.log})`,
        ...([20_000, async () => events.participant(name, participantId)?.detail] as const),
      ),
  };
}
