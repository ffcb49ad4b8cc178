import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { commandLine } from "@rolecast/server";
import { CommandError, EXIT } from "./command-error.ts";
import type { Connection } from "./connection.ts";
import {
  channelsPrefix,
  isMetadata,
  isStagePrefix,
  newestMetadata,
  parseRecording,
  type Recording,
  stagePrefix,
} from "./recording-metadata.ts";
import { listStorageConfigurations } from "./stage-lists.ts";
import { warn } from "./terminal.ts";

/** A recording's document has some kilobytes; whoever writes to the bucket may write others. */
const METADATA_BYTES_MAX = 1_024 * 1_024;

/** The channel or the stage whose recordings are wanted; without either, all of them. */
export interface RecordedResource {
  readonly channelArn?: string | undefined;
  readonly stageArn?: string | undefined;
}

/** The recordings in the buckets of the Region's channels and stages, newest first. */
export async function findRecordings(
  connection: Connection,
  of: RecordedResource = {},
): Promise<readonly Recording[]> {
  const s3 = await connection.s3();
  const found: Recording[] = [];
  for (const { bucket, prefixes } of await recordedPlaces(connection, s3, of)) {
    try {
      for (const key of await metadataKeys(s3, bucket, await prefixes(bucket))) {
        const recording = await readRecording(s3, bucket, key);
        if (recording) found.push(recording);
        else warn(`s3://${bucket}/${key} describes no recording.`);
      }
    } catch (error) {
      // A configuration that outlived its bucket doesn't hide the recordings of others.
      if (!(error instanceof Error) || error.name !== "NoSuchBucket") throw error;
      warn(`a configuration names the bucket ${bucket}, which isn't there.`);
    }
  }
  return found.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** The recording of that id, or of the id's beginning. Throws CommandError unless there is one. */
export async function findRecording(connection: Connection, id: string): Promise<Recording> {
  const recordings = await findRecordings(connection);
  const matching = recordings.filter((recording) => recording.id.startsWith(id));
  const [only] = matching;
  if (only && matching.length === 1) return only;
  throw new CommandError(
    only
      ? `${matching.length} recordings begin with ${id}: ${matching.map((each) => each.id).join(", ")}`
      : `there is no recording ${id} in ${connection.region}. ` +
          `\`${commandLine("record ls")}\` lists them.`,
  );
}

/** All objects of a recording. */
export async function objectsOf(
  client: S3Client,
  { bucket: Bucket, prefix }: Recording,
): Promise<readonly { readonly key: string; readonly sizeBytes: number }[]> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const objects: { key: string; sizeBytes: number }[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: `${prefix}/` }))
    for (const { Key = "", Size = 0 } of page.Contents ?? [])
      objects.push({ key: Key, sizeBytes: Size });
  return objects;
}

/** A bucket, and the prefixes of the recordings in it. */
interface RecordedPlace {
  readonly bucket: string;
  readonly prefixes: (bucket: string) => Promise<readonly string[]>;
}

async function recordedPlaces(
  connection: Connection,
  s3: S3Client,
  { channelArn, stageArn }: RecordedResource,
): Promise<readonly RecordedPlace[]> {
  const ofChannels = async () => [channelsPrefix(channelArn)];
  const ofStages = stageArn === undefined ? stageFolders(s3) : async () => [stagePrefix(stageArn)];
  const places: RecordedPlace[] = [];
  if (stageArn === undefined)
    for (const bucket of await channelBuckets(connection))
      places.push({ bucket, prefixes: ofChannels });
  if (channelArn === undefined)
    for (const bucket of await stageBuckets(connection, stageArn !== undefined))
      places.push({ bucket, prefixes: ofStages });
  return places;
}

async function channelBuckets(connection: Connection): Promise<readonly string[]> {
  const { paginateListRecordingConfigurations } = await import("@aws-sdk/client-ivs");
  const client = await connection.ivs();
  const buckets: (string | undefined)[] = [];
  for await (const page of paginateListRecordingConfigurations({ client }, {}))
    for (const { destinationConfiguration } of page.recordingConfigurations ?? [])
      buckets.push(destinationConfiguration?.s3?.bucketName);
  return distinct(buckets);
}

/** A key that knows nothing but channels still finds theirs. */
async function stageBuckets(
  connection: Connection,
  isAskedFor: boolean,
): Promise<readonly string[]> {
  try {
    const configurations = await listStorageConfigurations(connection);
    return distinct(configurations.map(({ s3 }) => s3?.bucketName));
  } catch (error) {
    if (isAskedFor || !(error instanceof CommandError) || error.exitCode !== EXIT.refused)
      throw error;
    warn(`recordings of stages are left out: ${error.message}`);
    return [];
  }
}

function distinct(buckets: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(buckets)].filter((bucket) => bucket !== undefined).sort();
}

/** The folders of stages, those of deleted ones too. */
function stageFolders(s3: S3Client) {
  return async (Bucket: string): Promise<readonly string[]> => {
    const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
    const folders: string[] = [];
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Delimiter: "/" }))
      folders.push(...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix));
    return folders.filter(isStagePrefix);
  };
}

/** Returns the newest metadata object of each recording. */
async function metadataKeys(
  s3: S3Client,
  Bucket: string,
  prefixes: readonly string[],
): Promise<readonly string[]> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const keys: string[] = [];
  for (const Prefix of prefixes)
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }))
      keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key).filter(isMetadata));
  return newestMetadata(keys);
}

/** Undefined for an object that no recording has written. */
async function readRecording(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<Recording | undefined> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body, ContentLength = 0 } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key }),
  );
  if (ContentLength > METADATA_BYTES_MAX) {
    if (Body instanceof Readable) Body.destroy();
    return undefined;
  }
  return parseRecording(bucket, key, (await Body?.transformToString()) ?? "");
}
