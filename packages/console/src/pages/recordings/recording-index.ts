import { ListObjectsV2Command, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** A recording as its prefix describes it. */
export interface RecordingEntry {
  readonly bucket: string;
  /** `ivs/v1/<account>/<channel>/<y>/<m>/<d>/<h>/<min>/<id>/`. */
  readonly prefix: string;
  readonly id: string;
  /** The time to the minute: the prefix contains no more. */
  readonly startedAt: Date;
}

const PREFIX = /^ivs\/v1\/\d+\/[^/]+\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/([^/]+)\//;

/** Recordings of a channel, the latest first; with `day` (`2026-02-07`, UTC) those of that day. */
export async function listRecordings(
  { s3: client }: AwsClients,
  bucket: string,
  channelArn: string,
  day: string,
): Promise<readonly RecordingEntry[]> {
  const [, , , , account = "", resource = ""] = channelArn.split(":");
  const channel = `ivs/v1/${account}/${resource.split("/").at(-1)}/`;
  const prefix = day === "" ? channel : `${channel}${dayPath(day)}/`;
  const objects = await allPages(
    paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }),
    (page) => page.Contents,
  );
  const found = new Map<string, RecordingEntry>();
  for (const { Key = "" } of objects) {
    const entry = entryOf(bucket, Key);
    if (entry) found.set(entry.prefix, entry);
  }
  return [...found.values()].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}

/** The recording that a key belongs to; undefined for any other object. */
export function entryOf(bucket: string, key: string): RecordingEntry | undefined {
  const match = PREFIX.exec(key);
  if (!match) return undefined;
  const [prefix, year, month, day, hour, minute, id = ""] = match;
  const startedAt = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)),
  );
  return { bucket, prefix, id, startedAt };
}

/** `2026-02-07` → `2026/2/7`: nothing is padded. */
function dayPath(day: string): string {
  return day.split("-").map(Number).join("/");
}

/** The first thumbnail's key, if thumbnails were recorded. */
export async function firstThumbnail(
  { s3 }: AwsClients,
  { bucket, prefix }: Pick<RecordingEntry, "bucket" | "prefix">,
): Promise<string | undefined> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}media/`, MaxKeys: 1_000 }),
  );
  return Contents.map(({ Key = "" }) => Key).find((key) => /\.jpe?g$/.test(key));
}
