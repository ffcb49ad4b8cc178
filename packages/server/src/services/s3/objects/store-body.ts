import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BodyDigests, DigestedBody } from "../checksums/body-digests.ts";
import type { S3Dependencies } from "../dependencies.ts";

export interface StoredBody extends DigestedBody {
  readonly blobId: string;
  readonly sizeBytes: number;
}

/**
 * Writes a body into a new blob and digests it on the way. Rejects, and leaves nothing behind, when
 * the body breaks off or isn't what the client claimed (BadDigest).
 */
export async function storeBody(
  body: AsyncIterable<Uint8Array>,
  digests: BodyDigests,
  context: RequestContext,
  { blobs }: S3Dependencies,
): Promise<StoredBody> {
  const blob = await blobs.write(body, digests).catch(async (error: unknown) => {
    await digests.abandon();
    throw error;
  });
  try {
    return { ...blob, ...(await digests.finish(context)) };
  } catch (error) {
    await blobs.remove([blob.blobId]);
    throw error;
  }
}
