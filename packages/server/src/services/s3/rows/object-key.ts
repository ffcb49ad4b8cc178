import { AwsError } from "../../../kernel/aws-error.ts";

/** Source: Amazon S3 user guide, "Naming Amazon S3 objects". */
const KEY_BYTES_MAX = 1024;

/** Throws KeyTooLongError. */
export function checkKey(key: string): void {
  // A character takes three bytes at most for each unit of its length.
  if (key.length * 3 <= KEY_BYTES_MAX) return;
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes <= KEY_BYTES_MAX) return;
  throw new AwsError("KeyTooLongError", "Your key is too long", {
    status: 400,
    fields: { Size: String(sizeBytes), MaxSizeAllowed: String(KEY_BYTES_MAX) },
  });
}
