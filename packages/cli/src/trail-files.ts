import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { TrailRecord } from "@rolecast/policy";
import { CommandError } from "./command-error.ts";
import type { Connection } from "./connection.ts";

const unzip = promisify(gunzip);

/** A log file of CloudTrail's has at most some 50 MB unpacked. */
const FILE_BYTES_MAX = 256 * 1_024 * 1_024;

/**
 * Reads CloudTrail's records from files, folders or `s3://bucket/prefix`: log files as trails write
 * them, packed or not, and answers of `aws cloudtrail lookup-events`.
 *
 * @throws CommandError for what is neither
 */
export async function* trailRecords(
  places: readonly string[],
  connection: () => Connection,
): AsyncGenerator<TrailRecord> {
  for (const place of places) {
    const files = place.startsWith("s3://") ? inBucket(place, connection()) : inFolder(place);
    for await (const { name, bytes } of files) yield* await recordsIn(name, bytes);
  }
}

interface TrailFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function* inFolder(path: string): AsyncGenerator<TrailFile> {
  if (!(await stat(path)).isDirectory()) {
    yield { name: path, bytes: await readFile(path) };
    return;
  }
  for (const name of (await readdir(path, { recursive: true })).sort())
    if (isLog(name)) yield { name: join(path, name), bytes: await readFile(join(path, name)) };
}

async function* inBucket(url: string, connection: Connection): AsyncGenerator<TrailFile> {
  const [, Bucket = "", Prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  const { GetObjectCommand, paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const client = await connection.s3();
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
    for (const { Key = "" } of Contents) {
      // A trail's digests lie beside its logs.
      if (!isLog(Key) || Key.includes("/CloudTrail-Digest/")) continue;
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      yield { name: `s3://${Bucket}/${Key}`, bytes };
    }
}

function isLog(name: string): boolean {
  return /\.json(\.gz)?$/.test(name);
}

async function recordsIn(name: string, bytes: Uint8Array): Promise<readonly TrailRecord[]> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const failed = new CommandError(
    `${name}: this is neither a log file of CloudTrail nor an answer of LookupEvents.`,
  );
  let answer: { readonly Records?: unknown; readonly Events?: unknown };
  try {
    const text = isPacked ? await unzip(bytes, { maxOutputLength: FILE_BYTES_MAX }) : bytes;
    answer = JSON.parse(Buffer.from(text).toString("utf8"));
    if (Array.isArray(answer?.Events))
      answer = { Records: answer.Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent)) };
  } catch {
    throw failed;
  }
  if (!Array.isArray(answer?.Records)) throw failed;
  const records: readonly unknown[] = answer.Records;
  if (!records.every(isRecord)) throw failed;
  return records;
}

function isRecord(value: unknown): value is TrailRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    ["eventSource", "eventName"].every((name) => {
      const text: unknown = Reflect.get(value, name);
      return typeof text === "string";
    })
  );
}
