import type { Authorization } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type WriteInput, writeAuthorizations } from "../access/write-authorization.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { findUpload, type UploadInput } from "../rows/uploads.ts";
import type { BucketRow, S3Tables, UploadRow } from "../tables.ts";

type Input = UploadInput &
  Pick<WriteInput, "CopySource" | "IfMatch" | "IfNoneMatch" | "SSECustomerAlgorithm">;

/**
 * The permissions that an upload's parts and its completion need. They can't say how S3 encrypts
 * the object, so policies see what was said at the upload's beginning; a customer's key comes with
 * each request (S3 user guide, "Using server-side encryption with customer-provided keys").
 */
export async function uploadAuthorizations(
  input: Input,
  bucket: BucketRow,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const { Key, CopySource, IfMatch, IfNoneMatch, SSECustomerAlgorithm } = input;
  const upload = await findUpload(input, bucket, context.db<S3Tables>());
  const written = { Key, CopySource, IfMatch, IfNoneMatch, SSECustomerAlgorithm };
  return writeAuthorizations({ ...written, ...encryptionOf(upload) }, bucket, context);
}

function encryptionOf(
  upload: UploadRow | undefined,
): Pick<WriteInput, "ServerSideEncryption" | "SSEKMSKeyId"> {
  if (!upload) return {};
  const { customerKey, kms } = readAttributesOf(upload);
  if (kms) return { ServerSideEncryption: kms.algorithm, SSEKMSKeyId: kms.keyArn };
  return customerKey === undefined ? { ServerSideEncryption: "AES256" } : {};
}
