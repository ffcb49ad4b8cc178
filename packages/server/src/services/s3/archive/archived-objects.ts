import { AwsError } from "../../../kernel/aws-error.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import type { ObjectRow } from "../tables.ts";

/*
 * Objects in the archive classes are there, and can't be read until they are restored for some
 * days.
 */

const ARCHIVES = ["GLACIER", "DEEP_ARCHIVE"];
const DAY_MS = 24 * 3_600_000;

type Archived = Pick<ObjectRow, "storage_class" | "attributes">;

export function isInArchive({ storage_class: storageClass }: Archived): boolean {
  return ARCHIVES.includes(storageClass);
}

/** Until when a restored object can be read; undefined where it isn't restored. */
export function restoredUntil(row: Archived, nowMs: number): number | undefined {
  const { restoredUntilMs = 0 } = isInArchive(row) ? readAttributesOf(row) : {};
  return restoredUntilMs > nowMs ? restoredUntilMs : undefined;
}

/** Throws InvalidObjectState. */
export function requireRestored(
  row: Archived,
  nowMs: number,
  message = "The operation is not valid for the object's storage class",
): void {
  if (isInArchive(row) && restoredUntil(row, nowMs) === undefined)
    throw invalidObjectState(message, row);
}

export function requireRestoredSource(row: Archived, nowMs: number): void {
  requireRestored(row, nowMs, "Operation is not valid for the source object's storage class");
}

export function requireInArchive(row: Archived): void {
  if (isInArchive(row)) return;
  throw invalidObjectState("Restore is not allowed for the object's current storage class", row);
}

/** The last day that dates in answers and events can show. */
const LAST_DAY_MS = Date.UTC(9999, 11, 31);

/**
 * The midnight, in UTC, that follows so many days later (S3 user guide, "Restoring an archived
 * object"). How many there may be, AWS doesn't say.
 */
export function endOfRestore(days: number, nowMs: number): number {
  return Math.min(Math.ceil((nowMs + days * DAY_MS) / DAY_MS) * DAY_MS, LAST_DAY_MS);
}

/** `x-amz-restore`, for what was restored. */
export function restoreHeader(row: Archived, nowMs: number): { readonly Restore?: string } {
  const untilMs = restoredUntil(row, nowMs);
  if (untilMs === undefined) return {};
  return {
    Restore: `ongoing-request="false", expiry-date="${new Date(untilMs).toUTCString()}"`,
  };
}

function invalidObjectState(message: string, { storage_class: StorageClass }: Archived): AwsError {
  return new AwsError("InvalidObjectState", message, { status: 403, fields: { StorageClass } });
}
