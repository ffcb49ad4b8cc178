import { createHash } from "node:crypto";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { S3Dependencies } from "../dependencies.ts";
import type { StoredBody } from "./store-body.ts";

const CRC32_BYTES = 4;

/**
 * Makes a file that lies below the data folder the body of an object. Nothing is copied or read,
 * since whoever wrote the file has its CRC32. An MD5 would cost more than everything else about it,
 * so the ETag has the form of an object that was uploaded in one part, by which clients know that
 * it is no MD5. Undefined where the file can't be linked.
 */
export async function adoptBody(
  file: FileBody,
  { isEssential }: RequestContext,
  { blobs }: S3Dependencies,
): Promise<StoredBody | undefined> {
  const blob = await blobs.adopt(file, isEssential);
  if (blob === undefined) return undefined;
  const checksum = Buffer.alloc(CRC32_BYTES);
  checksum.writeUInt32BE(file.crc32);
  const hash = createHash("md5").update(checksum).update(blob.blobId).digest("hex");
  return { ...blob, etag: `${hash}-1`, checksum };
}
