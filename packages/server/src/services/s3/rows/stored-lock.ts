import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { accessDenied, invalidArgument, invalidArgumentOf, invalidRequest } from "../errors.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";

/*
 * Sources: S3 user guide, "Locking objects with Object Lock"; sentences as clients have recorded
 * them.
 */

export const LOCK_MODES = ["GOVERNANCE", "COMPLIANCE"] as const;
export type LockMode = (typeof LOCK_MODES)[number];

const DAY_MS = 24 * 3_600_000;

/** The stored form of a version's retention and legal hold. */
export interface ObjectLock {
  readonly mode?: LockMode | undefined;
  readonly untilMs?: number | undefined;
  readonly hold?: boolean | undefined;
}

/** The lock that PutObject, CopyObject and CreateMultipartUpload ask for. */
export interface LockInput {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

/** A bucket's row says `{}` or the rule for new objects; null: its objects can't be locked. */
export function readLockRule({
  object_lock: stored,
}: Pick<BucketRow, "object_lock">): s3.DefaultRetention | undefined {
  if (stored === null) return undefined;
  return (JSON.parse(stored) as { readonly DefaultRetention?: s3.DefaultRetention })
    .DefaultRetention;
}

export function readLock(row: Pick<ObjectRow, "object_lock">): ObjectLock {
  return row.object_lock === null ? {} : (JSON.parse(row.object_lock) as ObjectLock);
}

export function isLockMode(text: string | undefined): text is LockMode {
  return LOCK_MODES.some((mode) => mode === text);
}

/** Throws InvalidRequest where the bucket was never made for it. */
export function requireLockable({ object_lock: stored }: Pick<BucketRow, "object_lock">): void {
  if (stored === null) throw invalidRequest("Bucket is missing Object Lock Configuration");
}

/** The lock that a new version is stored with: the request's, else the one by the bucket's rule. */
export function lockOfNew(input: LockInput, bucket: BucketRow, nowMs: number): string | null {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = input;
  const { ObjectLockLegalHoldStatus: hold } = input;
  const isAsked = mode !== undefined || until !== undefined || hold !== undefined;
  if (bucket.object_lock === null && !isAsked) return null;
  requireLockable(bucket);
  if ((mode === undefined) !== (until === undefined))
    throw invalidArgumentOf(
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
      mode === undefined ? "x-amz-object-lock-mode" : "x-amz-object-lock-retain-until-date",
    );
  if (mode !== undefined && !isLockMode(mode))
    throw invalidArgument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode);
  if (until) checkFuture(until, nowMs);
  if (hold !== undefined && hold !== "ON" && hold !== "OFF")
    throw invalidArgument(
      "Legal Hold must be either of 'ON' or 'OFF'",
      "x-amz-object-lock-legal-hold",
      hold,
    );
  const retention =
    mode !== undefined && until ? { mode, untilMs: until.getTime() } : byRule(bucket, nowMs);
  const lock: ObjectLock = { ...retention, ...(hold === undefined ? {} : { hold: hold === "ON" }) };
  return Object.keys(lock).length === 0 ? null : JSON.stringify(lock);
}

/** Throws InvalidArgument. */
export function checkFuture(
  until: Date,
  nowMs: number,
  fields: Readonly<Record<string, string>> = {},
): void {
  if (until.getTime() > nowMs) return;
  throw new AwsError("InvalidArgument", "The retain until date must be in the future!", {
    status: 400,
    fields,
  });
}

function byRule(bucket: BucketRow, nowMs: number): ObjectLock {
  const { Mode: mode, Days: days, Years: years } = readLockRule(bucket) ?? {};
  if (!isLockMode(mode)) return {};
  const until = new Date(nowMs + (days ?? 0) * DAY_MS);
  if (years !== undefined) until.setUTCFullYear(until.getUTCFullYear() + years);
  return { mode, untilMs: until.getTime() };
}

/** Whether a version can't be removed. Only a retention in governance mode gives way. */
export function isLocked(
  row: Pick<ObjectRow, "object_lock">,
  nowMs: number,
  { bypass = false }: { readonly bypass?: boolean | undefined } = {},
): boolean {
  const { hold, mode, untilMs = 0 } = readLock(row);
  if (hold) return true;
  return untilMs > nowMs && !(bypass && mode === "GOVERNANCE");
}

export function protectedByLock(): AwsError {
  return accessDenied("Access Denied because object protected by object lock.");
}

/** The members of GetObject's and HeadObject's outputs. */
export function lockOutput(row: Pick<ObjectRow, "object_lock">) {
  const { mode, untilMs, hold } = readLock(row);
  return {
    ...(mode && untilMs !== undefined
      ? { ObjectLockMode: mode, ObjectLockRetainUntilDate: new Date(untilMs) }
      : {}),
    ...(hold === undefined
      ? {}
      : { ObjectLockLegalHoldStatus: hold ? ("ON" as const) : ("OFF" as const) }),
  };
}
