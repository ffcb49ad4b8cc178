import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BlobWriteOptions } from "../blobs/blob-store.ts";
import type { ByteSource } from "../blobs/each-chunk.ts";
import type { BodyDigests, DigestedBody } from "../checksums/body-digests.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { sealedEtag } from "../encryption/blob-cipher.ts";

export interface StoredBody {
  /** The MD5, or what stands for it where the body is encrypted with a customer's key. */
  readonly etag: string;
  readonly checksum: DigestedBody["checksum"];
  readonly blobId: string;
  readonly sizeBytes: number;
  /** As of `WrittenBlob`. */
  readonly inlineBytes?: Buffer | undefined;
}

/**
 * Writes a body into a new blob, encrypted with a customer's `key`, and digests it on the way.
 * Rejects, and leaves nothing behind, when the body breaks off or isn't what the client claimed
 * (BadDigest).
 */
export async function storeBody(
  body: ByteSource,
  digests: BodyDigests,
  context: RequestContext,
  { blobs }: S3Dependencies,
  given: Omit<BlobWriteOptions, "isEssential"> = {},
): Promise<StoredBody> {
  const { isEssential } = context;
  const { key } = given;
  const options = { ...given, isEssential };
  const blob = await blobs.write(body, digests, options).catch(async (error: unknown) => {
    await digests.abandon();
    throw error;
  });
  try {
    const { md5, checksum } = await digests.finish(context);
    return { ...blob, etag: key ? sealedEtag(key, blob.blobId, md5) : md5, checksum };
  } catch (error) {
    await blobs.remove([blob.blobId]);
    throw error;
  }
}
