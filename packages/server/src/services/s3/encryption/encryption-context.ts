import { invalidArgument } from "../errors.ts";
import { bucketArn, objectArn } from "../resource-arn.ts";
import type { BucketRow } from "../tables.ts";

const HEADER = "x-amz-server-side-encryption-context";
/** The pair that S3 adds itself. */
const S3_ARN = "aws:s3:arn";
const WANTED = [
  `The header '${HEADER}' shall be Base64-encoded UTF-8 string`,
  "holding JSON which represents a string-string map",
].join(" ");

/**
 * The pairs in the header: JSON in base64. Throws InvalidArgument, also for an ARN that isn't the
 * object's: S3 gives that one itself.
 */
export function readEncryptionContext(
  header: string | undefined,
  { bucket_name }: BucketRow,
  key: string,
): Readonly<Record<string, string>> | undefined {
  if (header === undefined) return undefined;
  const value = parsed(Buffer.from(header, "base64").toString());
  if (!isStringMap(value)) throw invalidArgument(WANTED, HEADER, header);
  const { [S3_ARN]: arn, ...pairs } = value;
  const own = [bucketArn(bucket_name), objectArn(bucket_name, key)];
  if (arn !== undefined && !own.includes(arn))
    throw invalidArgument(
      `The ${S3_ARN} of the encryption context isn't the object's.`,
      HEADER,
      arn,
    );
  return Object.keys(pairs).length === 0 ? undefined : pairs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string")
  );
}
