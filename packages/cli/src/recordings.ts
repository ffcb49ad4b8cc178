import type { S3Client } from "@aws-sdk/client-s3";
import { CommandError } from "./command-error.ts";
import type { Connection } from "./connection.ts";
import { warn } from "./terminal.ts";

/** A recording as its newest metadata object in the bucket describes it. */
export interface Recording {
  readonly bucket: string;
  /** `ivs/v1/<account>/<channel id>/…/<recording id>`, without a slash at its end. */
  readonly prefix: string;
  readonly id: string;
  readonly channelArn: string;
  readonly startedAt: string;
  readonly state: "RECORDING_STARTED" | "RECORDING_ENDED" | "RECORDING_ENDED_WITH_FAILURE";
  /** 0 while it runs. */
  readonly durationMs: number;
  readonly renditions: readonly string[];
  /** `media/hls/master.m3u8`. */
  readonly playlist: string;
}

interface Metadata {
  readonly channel_arn: string;
  readonly recording_started_at: string;
  readonly recording_status: Recording["state"];
  readonly media: {
    readonly hls: {
      readonly duration_ms?: number;
      readonly path: string;
      readonly playlist: string;
      readonly renditions: readonly { readonly path: string }[];
    };
  };
}

const METADATA = /^(.+\/([A-Za-z0-9]+))\/events\/recording-(started|ended|failed)\.json$/;

/** The recordings in the buckets of the Region's recording configurations, newest first. */
export async function findRecordings(
  connection: Connection,
  channelArn: string | undefined,
): Promise<readonly Recording[]> {
  const s3 = await connection.s3();
  const found: Recording[] = [];
  for (const bucket of await recordingBuckets(connection)) {
    try {
      for (const key of await metadataKeys(s3, bucket, channelArn)) {
        found.push(await readRecording(s3, bucket, key));
      }
    } catch (error) {
      // A configuration that outlived its bucket doesn't hide the recordings of others.
      if (!(error instanceof Error) || error.name !== "NoSuchBucket") throw error;
      warn(`a recording configuration names the bucket ${bucket}, which isn't there.`);
    }
  }
  return found.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** The recording of that id, or of the id's beginning. Throws CommandError unless there is one. */
export async function findRecording(connection: Connection, id: string): Promise<Recording> {
  const recordings = await findRecordings(connection, undefined);
  const matching = recordings.filter((recording) => recording.id.startsWith(id));
  const [only] = matching;
  if (only && matching.length === 1) return only;
  throw new CommandError(
    only
      ? `${matching.length} recordings begin with ${id}: ${matching.map((each) => each.id).join(", ")}`
      : `there is no recording ${id} in ${connection.region}. \`rolecast record ls\` lists them.`,
  );
}

async function recordingBuckets(connection: Connection): Promise<readonly string[]> {
  const { paginateListRecordingConfigurations } = await import("@aws-sdk/client-ivs");
  const client = await connection.ivs();
  const buckets = new Set<string>();
  for await (const page of paginateListRecordingConfigurations({ client }, {})) {
    for (const { destinationConfiguration } of page.recordingConfigurations ?? []) {
      const bucket = destinationConfiguration?.s3?.bucketName;
      if (bucket !== undefined) buckets.add(bucket);
    }
  }
  return [...buckets].sort();
}

/** Returns the newest object of each recording: ended or failed, else started. */
async function metadataKeys(
  s3: S3Client,
  bucket: string,
  channelArn: string | undefined,
): Promise<readonly string[]> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const [, , , , account, resource] = channelArn?.split(":") ?? [];
  const prefix = resource ? `ivs/v1/${account}/${resource.split("/")[1]}/` : "ivs/v1/";
  const keys = new Map<string, string>();
  for await (const page of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: prefix },
  )) {
    for (const { Key = "" } of page.Contents ?? []) {
      const [, recording, , state] = METADATA.exec(Key) ?? [];
      if (recording === undefined) continue;
      if (state !== "started" || !keys.has(recording)) keys.set(recording, Key);
    }
  }
  return [...keys.values()];
}

async function readRecording(s3: S3Client, bucket: string, key: string): Promise<Recording> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const metadata = JSON.parse((await Body?.transformToString()) ?? "{}") as Metadata;
  const [, prefix = "", id = ""] = METADATA.exec(key) ?? [];
  const { hls } = metadata.media;
  return {
    bucket,
    prefix,
    id,
    channelArn: metadata.channel_arn,
    startedAt: metadata.recording_started_at,
    state: metadata.recording_status,
    durationMs: hls.duration_ms ?? 0,
    renditions: hls.renditions.map(({ path }) => path),
    playlist: `${hls.path}/${hls.playlist}`,
  };
}
