import type { S3Client } from "@aws-sdk/client-s3";
import { CommandError } from "./command-error.ts";
import type { Connection } from "./connection.ts";
import {
  isMetadata,
  newestMetadata,
  parseRecording,
  type Recording,
  recordingsPrefix,
} from "./recording-metadata.ts";
import { warn } from "./terminal.ts";

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

/** Returns the newest metadata object of each recording. */
async function metadataKeys(
  s3: S3Client,
  bucket: string,
  channelArn: string | undefined,
): Promise<readonly string[]> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const input = { Bucket: bucket, Prefix: recordingsPrefix(channelArn) };
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, input)) {
    keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key).filter(isMetadata));
  }
  return newestMetadata(keys);
}

async function readRecording(s3: S3Client, bucket: string, key: string): Promise<Recording> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return parseRecording(bucket, key, (await Body?.transformToString()) ?? "{}");
}
