import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { Clients } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/** A bucket's objects, copied into a folder, where ffprobe reads playlists as files. */
export interface BucketCopy {
  readonly folder: string;
  readonly keys: readonly string[];
  /** The text of an object. */
  text(key: string): string;
  contentType(key: string): string | undefined;
  remove(): Promise<void>;
}

/** Resolves when a bucket's first recording has a first file. */
export async function firstRecordedFile({ s3 }: Clients, Bucket: string): Promise<void> {
  await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.some(({ Key }) => Key?.endsWith("master.m3u8"));
  }, `the first file of a recording in ${Bucket}`);
}

export async function copyBucket(s3: S3Client, Bucket: string): Promise<BucketCopy> {
  const folder = await mkdtemp(join(tmpdir(), "rolecast-bucket-"));
  const list = await s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = (list.Contents ?? []).map((object) => object.Key ?? "");
  const objects = new Map<string, { text: string; type: string | undefined }>();
  for (const Key of keys) {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    await mkdir(dirname(join(folder, Key)), { recursive: true });
    await writeFile(join(folder, Key), bytes);
    objects.set(Key, { text: Buffer.from(bytes).toString(), type: object.ContentType });
  }
  return {
    folder,
    keys,
    text: (key) => objects.get(key)?.text ?? "",
    contentType: (key) => objects.get(key)?.type,
    remove: () => rm(folder, { recursive: true }),
  };
}
