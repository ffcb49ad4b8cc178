import type { Kysely } from "kysely";
import type { ReadableRows } from "../../../kernel/readable-rows.ts";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  DEFAULT_CHECKSUM_ALGORITHM,
} from "../checksums/checksum-algorithm.ts";
import { readChecksum } from "../checksums/object-checksum.ts";
import { isEncrypted } from "../encryption/object-encryption.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import type { ObjectRow, PartRow, S3Tables } from "../tables.ts";

const MD5 = /^[0-9a-f]{32}$/;

/** A blob as its row describes it. */
export interface StoredBlob {
  readonly blobId: string;
  readonly sizeBytes: number;
  /**
   * The digest of the file's bytes. Undefined: encrypted with a customer's key, under which alone
   * they have one.
   */
  readonly digest: { readonly algorithm: ChecksumAlgorithm; readonly value: Buffer } | undefined;
}

/** A version of an object, or an upload in progress. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  readonly uploadId: string | undefined;
  readonly blobs: readonly StoredBlob[];
}

/**
 * The place at which a walk over everything stored goes on: the table, and the last row that was
 * seen there.
 */
export type Place = readonly [table: "objects" | "versions" | "uploads", ...key: string[]];

export const BEGINNING: Place = ["objects", "", ""];

export interface Page {
  readonly objects: readonly StoredObject[];
  /** Undefined: it was the last one. */
  readonly next: Place | undefined;
}

type Db = Kysely<S3Tables>;

/**
 * Some of what is stored, from a place on. Rejects if a row can't be read, unless `readable` leaves
 * those out.
 */
export async function pageOfStored(
  place: Place,
  size: number,
  db: Db,
  readable?: ReadableRows,
): Promise<Page> {
  const [table, ...after] = place;
  switch (table) {
    case "objects":
      return pageOfObjects(after, size, db, readable);
    case "versions":
      return pageOfVersions(after, size, db, readable);
    case "uploads":
      return pageOfUploads(after, size, db);
  }
}

async function pageOfObjects(
  [bucket = "", key = ""]: string[],
  size: number,
  db: Db,
  readable: ReadableRows | undefined,
): Promise<Page> {
  const rows = await db
    .selectFrom("s3_objects")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("bucket_name", "object_key"), ">", tuple(bucket, key)),
    )
    .orderBy("bucket_name")
    .orderBy("object_key")
    .limit(size)
    .execute();
  const last = rows.at(-1);
  const isLast = rows.length < size || !last;
  return {
    objects: await objectsOf(rows, db, readable),
    next: isLast ? ["versions", "", "", ""] : ["objects", last.bucket_name, last.object_key],
  };
}

async function pageOfVersions(
  [bucket = "", key = "", version = ""]: string[],
  size: number,
  db: Db,
  readable: ReadableRows | undefined,
): Promise<Page> {
  const rows = await db
    .selectFrom("s3_versions")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("bucket_name", "object_key", "version_id"), ">", tuple(bucket, key, version)),
    )
    .orderBy("bucket_name")
    .orderBy("object_key")
    .orderBy("version_id")
    .limit(size)
    .execute();
  const last = rows.at(-1);
  const isLast = rows.length < size || !last;
  return {
    objects: await objectsOf(rows, db, readable),
    next: isLast
      ? ["uploads", ""]
      : ["versions", last.bucket_name, last.object_key, last.version_id],
  };
}

async function pageOfUploads([after = ""]: string[], size: number, db: Db): Promise<Page> {
  const rows = await db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("upload_id", ">", after)
    .orderBy("upload_id")
    .limit(size)
    .execute();
  const objects: StoredObject[] = [];
  for (const row of rows) {
    const named = checksumAlgorithm(row.checksum_algorithm ?? "");
    const algorithm = isSealed(row) ? undefined : (named ?? DEFAULT_CHECKSUM_ALGORITHM);
    const blobs = await partsOf(row.upload_id, algorithm, db);
    const { bucket_name: bucket, object_key: key, upload_id: uploadId } = row;
    objects.push({ bucket, key, versionId: undefined, uploadId, blobs });
  }
  const last = rows.at(-1);
  return { objects, next: rows.length < size || !last ? undefined : ["uploads", last.upload_id] };
}

async function objectsOf(
  rows: readonly ObjectRow[],
  db: Db,
  readable: ReadableRows | undefined,
): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  const add = async (row: ObjectRow) => {
    const { bucket_name: bucket, object_key: key, version_id: versionId } = row;
    objects.push({ bucket, key, versionId, uploadId: undefined, blobs: await blobsOf(row, db) });
  };
  if (readable) await readable.each("object", rows, nameOf, add);
  else for (const row of rows) await add(row);
  return objects;
}

function nameOf({ bucket_name: bucket, object_key: key }: ObjectRow): string {
  return `${bucket}/${key}`;
}

async function blobsOf(row: ObjectRow, db: Db): Promise<readonly StoredBlob[]> {
  const checksum = readChecksum(row.checksum);
  if (row.blob_id !== null) {
    const digest = isSealed(row)
      ? undefined
      : (digestOf(checksum && CHECKSUM_ALGORITHMS[checksum.algorithm], checksum?.value ?? null) ??
        md5Of(row.etag));
    return [{ blobId: row.blob_id, sizeBytes: row.size_bytes, digest }];
  }
  if (row.upload_id === null) return [];
  const algorithm = checksum && CHECKSUM_ALGORITHMS[checksum.algorithm];
  return partsOf(row.upload_id, isSealed(row) ? undefined : (algorithm ?? MD5_ALONE), db);
}

/** The checksum of parts that were stored before checksums were. */
const MD5_ALONE = CHECKSUM_ALGORITHMS.MD5;

/** Without an algorithm nothing but their sizes is known. */
async function partsOf(
  uploadId: string,
  algorithm: ChecksumAlgorithm | undefined,
  db: Db,
): Promise<readonly StoredBlob[]> {
  const parts = await db
    .selectFrom("s3_parts")
    .selectAll()
    .where("upload_id", "=", uploadId)
    .orderBy("part_number")
    .execute();
  const digest = (part: PartRow) =>
    algorithm && (digestOf(algorithm, part.checksum) ?? md5Of(part.etag));
  return parts.map((part) => ({
    blobId: part.blob_id,
    sizeBytes: part.size_bytes,
    digest: digest(part),
  }));
}

function digestOf(algorithm: ChecksumAlgorithm | undefined, value: string | null) {
  if (!algorithm || value === null) return undefined;
  return { algorithm, value: Buffer.from(value, "base64") };
}

function md5Of(etag: string) {
  if (!MD5.test(etag)) return undefined;
  return { algorithm: CHECKSUM_ALGORITHMS.MD5, value: Buffer.from(etag, "hex") };
}

function isSealed(row: Pick<ObjectRow, "attributes">): boolean {
  return isEncrypted(readAttributesOf(row));
}
