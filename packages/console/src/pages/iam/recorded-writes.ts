import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** The objects that IVS has written to one bucket. */
export interface RecordedWrites {
  readonly bucket: string;
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  readonly bytes: number;
  readonly latest: Date | undefined;
}

/** IVS writes below it, and nobody else should. */
const PREFIX = "ivs/v1/";
/** Objects that are counted; listing more of them says little. */
const COUNTED_MAX = 2_000;

/** Counts what is there: S3 keeps no count of what a role wrote. */
export async function countWrites(
  { s3: client }: AwsClients,
  bucket: string,
): Promise<RecordedWrites> {
  let [count, bytes, isMore] = [0, 0, false];
  let latest: Date | undefined;
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: PREFIX });
  for await (const { Contents = [], IsTruncated } of pages) {
    for (const { Size = 0, LastModified } of Contents) {
      count += 1;
      bytes += Size;
      if (LastModified && (latest === undefined || LastModified > latest)) latest = LastModified;
    }
    isMore = IsTruncated === true;
    if (count >= COUNTED_MAX) break;
  }
  return { bucket, count, isMore, bytes, latest };
}

/** `2,000+ objects, 1.5 GB or more`. */
export function writesText({ count, isMore, bytes }: RecordedWrites, shownBytes: string): string {
  if (count === 0) return "no objects yet";
  const objects = `${count.toLocaleString("en")}${isMore ? "+" : ""}`;
  const noun = count === 1 ? "object" : "objects";
  return bytes === 0
    ? `${objects} ${noun}`
    : `${objects} ${noun}, ${shownBytes}${isMore ? " or more" : ""}`;
}
