import type { Authorization } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { BodyDigests } from "../checksums/body-digests.ts";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  DEFAULT_CHECKSUM_ALGORITHM,
} from "../checksums/checksum-algorithm.ts";
import { type ObjectChecksum, readChecksum } from "../checksums/object-checksum.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { isEncrypted } from "../encryption/object-encryption.ts";
import { isInline } from "../rows/inline-blobs.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import type { ObjectInput } from "../rows/objects.ts";
import type { ObjectRow } from "../tables.ts";
import type { ByteRange } from "./byte-range.ts";
import { openObject } from "./object-bytes.ts";
import { storeBody } from "./store-body.ts";

export interface CopiedBytes {
  /** The row whose bytes these are: a newer one when the source was replaced meanwhile. */
  readonly source: ObjectRow;
  readonly blobId: string;
  /** As of `WrittenBlob`. */
  readonly inlineBytes?: Buffer | undefined;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksum: ObjectChecksum;
}

export interface CopyBytesOptions {
  /** The algorithm that the copy is kept with; left out, the source's own, or the default. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Chooses the bytes; throws when the source isn't what it was to be. */
  readonly choose: (row: ObjectRow) => ByteRange | undefined;
  /** The permissions that the request needs, by the source as it is found now. */
  readonly authorize: () => Promise<readonly Authorization[]>;
  /** Gives the key that the source is encrypted with, where it is. */
  readonly sourceKey: (row: ObjectRow) => Buffer | undefined | Promise<Buffer>;
  /** The key to encrypt the copy with. */
  readonly targetKey: Buffer | undefined;
  readonly mayBeInline?: boolean;
}

/**
 * Copies the bytes of the object that `name` names, `row` at first, into a new blob. If nothing
 * changes, no byte is read.
 */
export async function copyBytes(
  row: ObjectRow,
  name: ObjectInput,
  { algorithm, choose, authorize, sourceKey, targetKey, mayBeInline = false }: CopyBytesOptions,
  context: RequestContext,
  deps: S3Dependencies,
): Promise<CopiedBytes> {
  const isChanged = choose(row) ?? targetKey;
  const copied =
    isChanged || isEncrypted(readAttributesOf(row)) || (!mayBeInline && isInlineRow(row))
      ? undefined
      : await copyUnread(row, algorithm, deps);
  if (copied) return copied;
  const wanted = { choose, key: sourceKey, authorize };
  const { row: source, body } = await openObject(name, context, deps, wanted);
  const kept = algorithm ?? algorithmOf(source) ?? DEFAULT_CHECKSUM_ALGORITHM;
  const digests = new BodyDigests(deps.digests, kept, undefined, undefined, context);
  const how = {
    key: targetKey,
    ...(mayBeInline ? { mayBeInline, expectedBytes: source.size_bytes } : {}),
  };
  const { checksum, ...stored } = await storeBody(body, digests, context, deps, how);
  return {
    source,
    ...stored,
    checksum: { algorithm: kept.name, type: "FULL_OBJECT", value: checksum.toString("base64") },
  };
}

function isInlineRow({ blob_id: blobId }: ObjectRow): boolean {
  return blobId !== null && isInline(blobId);
}

function algorithmOf({ checksum }: ObjectRow): ChecksumAlgorithm | undefined {
  const stored = readChecksum(checksum);
  return stored && CHECKSUM_ALGORITHMS[stored.algorithm];
}

/**
 * Undefined where the bytes must be read: other digests are wanted, or their place can't copy them.
 * Rejects with InternalError where the blob isn't whole.
 */
async function copyUnread(
  row: ObjectRow,
  algorithm: ChecksumAlgorithm | undefined,
  { blobs }: S3Dependencies,
): Promise<CopiedBytes | undefined> {
  const checksum = readChecksum(row.checksum);
  if (row.blob_id === null || checksum === undefined) return undefined;
  if (algorithm && algorithm.name !== checksum.algorithm) return undefined;
  const copied = await blobs.copy({ blobId: row.blob_id, sizeBytes: row.size_bytes });
  return copied && { source: row, ...copied, etag: row.etag, checksum };
}
