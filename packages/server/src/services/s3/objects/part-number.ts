import { invalidArgument } from "../errors.ts";

/** Source: Amazon S3 user guide, "Amazon S3 multipart upload limits". */
export const PART_NUMBER_MAX = 10_000;

/** Throws InvalidArgument. */
export function checkPartNumber(partNumber: number | undefined): number {
  if (partNumber !== undefined && Number.isInteger(partNumber)) {
    if (partNumber >= 1 && partNumber <= PART_NUMBER_MAX) return partNumber;
  }
  throw invalidArgument(
    "Part number must be an integer between 1 and 10000, inclusive",
    "partNumber",
    String(partNumber),
  );
}
