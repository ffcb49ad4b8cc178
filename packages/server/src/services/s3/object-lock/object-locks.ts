import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onObject } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { isPermitted } from "../access/is-permitted.ts";
import { lockKeys } from "../access/lock-keys.ts";
import { readAuthorizations } from "../access/read-authorization.ts";
import { requireDigest } from "../checksums/required-digest.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { invalidArgumentOf, malformedXml, noSuchKey } from "../errors.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import { type ObjectInput, requireObject, type VersionInput } from "../rows/objects.ts";
import {
  checkFuture,
  isLockMode,
  lockOutput,
  type ObjectLock,
  protectedByLock,
  readLock,
  requireLockable,
} from "../rows/stored-lock.ts";
import { findAmongAll, updateVersion } from "../rows/versions.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";

/** Nothing of it is an action of its own for versions. */
const BYPASS = "BypassGovernanceRetention";

/** Retention and legal hold of versions: Put and Get each. */
export function objectLockOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutObjectRetention: bucketOperation(
      (bucket, input, context) => {
        const { Mode: mode, RetainUntilDate: until } = input.Retention ?? {};
        const keys = lockKeys({ ObjectLockMode: mode, ObjectLockRetainUntilDate: until }, context);
        return [
          onLocked("PutObjectRetention", bucket, input, context, keys),
          ...(input.BypassGovernanceRetention
            ? [onLocked(BYPASS, bucket, input, context, keys)]
            : []),
        ];
      },
      async (bucket, input, context) => {
        requireDigest(context);
        const { Mode: mode, RetainUntilDate: until } = input.Retention ?? {};
        if (!input.Retention || (mode === undefined) !== (until === undefined))
          throw malformedXml();
        if (mode !== undefined && !isLockMode(mode)) throw malformedXml();
        if (until && Number.isNaN(until.getTime())) throw malformedXml();
        if (until)
          checkFuture(until, context.nowMs, {
            ArgumentName: "RetainUntilDate",
            ArgumentValue: shownByJava(until),
          });
        const untilMs = until?.getTime();
        await changeLock(bucket, input, context, deps, (lock) => {
          if (!mayRetain(lock, { mode, untilMs }, input.BypassGovernanceRetention, context.nowMs))
            throw protectedByLock();
          return { ...lock, mode, untilMs };
        });
        return {};
      },
    ),
    GetObjectRetention: bucketOperation(
      (bucket, input, context) => mayRead("GetObjectRetention", bucket, input, context),
      async (bucket, input, context) => {
        const { mode, untilMs } = await requireLock(bucket, input, context);
        if (!mode || untilMs === undefined) throw noLock();
        return { Retention: { Mode: mode, RetainUntilDate: new Date(untilMs) } };
      },
    ),
    PutObjectLegalHold: bucketOperation(
      (bucket, input, context) => {
        const keys = lockKeys({ ObjectLockLegalHoldStatus: input.LegalHold?.Status }, context);
        return onLocked("PutObjectLegalHold", bucket, input, context, keys);
      },
      async (bucket, input, context) => {
        requireDigest(context);
        const status = input.LegalHold?.Status;
        if (status !== "ON" && status !== "OFF") throw malformedXml();
        await changeLock(bucket, input, context, deps, (lock) => ({
          ...lock,
          hold: status === "ON",
        }));
        return {};
      },
    ),
    GetObjectLegalHold: bucketOperation(
      (bucket, input, context) => mayRead("GetObjectLegalHold", bucket, input, context),
      async (bucket, input, context) => {
        const { hold } = await requireLock(bucket, input, context);
        if (hold === undefined) throw noLock();
        return { LegalHold: { Status: hold ? ("ON" as const) : ("OFF" as const) } };
      },
    ),
  });
}

/** Throws InvalidArgument for a bypass of what the bucket doesn't have, `false` too. */
export function checkBypass(
  {
    BypassGovernanceRetention: bypass,
  }: { readonly BypassGovernanceRetention?: boolean | undefined },
  bucket: BucketRow,
): void {
  if (bypass === undefined || bucket.object_lock !== null) return;
  throw invalidArgumentOf(
    "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
    "x-amz-bypass-governance-retention",
  );
}

/** `s3:BypassGovernanceRetention` for who asks to delete a version in spite of its retention. */
export function bypassAuthorizations(
  input: VersionInput & { readonly BypassGovernanceRetention?: boolean | undefined },
  bucket: BucketRow,
  context: RequestContext,
): readonly Authorization[] {
  if (!input.BypassGovernanceRetention || input.VersionId === undefined) return [];
  return [onLocked(BYPASS, bucket, input, context)];
}

/** A lock's members in answers of GetObject and HeadObject: those that the caller may read. */
export async function shownLock(
  row: ObjectRow,
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
) {
  if (row.object_lock === null) return {};
  const may = (action: string) => isPermitted(onLocked(action, bucket, input, context), context);
  const { ObjectLockLegalHoldStatus: hold, ...retention } = lockOutput(row);
  return {
    ...((await may("GetObjectRetention")) ? retention : {}),
    ...(hold && (await may("GetObjectLegalHold")) ? { ObjectLockLegalHoldStatus: hold } : {}),
  };
}

function onLocked(
  action: string,
  bucket: BucketRow,
  { Key: key, VersionId: versionId }: VersionInput,
  context: RequestContext,
  keys: Readonly<Record<string, string | undefined>> = {},
): Authorization {
  return onObject(action, bucket, key, context, { ...keys, "s3:versionid": versionId });
}

async function mayRead(
  action: string,
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const { VersionId: _version, ...latest } = input;
  const [, ...missing] = await readAuthorizations([action], bucket, latest, context);
  return [onLocked(action, bucket, input, context), ...missing];
}

async function requireLock(
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
): Promise<ObjectLock> {
  requireLockable(bucket);
  return readLock(await requireObject(input, context));
}

/**
 * A retention is kept or made longer; in governance mode, anything by who may bypass it. Another
 * mode is another retention, a stricter one too.
 */
function mayRetain(
  { mode, untilMs = 0 }: ObjectLock,
  wanted: ObjectLock,
  bypass: boolean | undefined,
  nowMs: number,
): boolean {
  if (untilMs <= nowMs) return true;
  if (mode === "GOVERNANCE" && bypass) return true;
  return wanted.mode === mode && (wanted.untilMs ?? 0) >= untilMs;
}

async function changeLock(
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
  deps: S3Dependencies,
  change: (lock: ObjectLock) => ObjectLock,
): Promise<void> {
  requireLockable(bucket);
  const {
    bucket_name: name,
    object_key: key,
    version_id: id,
  } = await requireObject(input, context);
  await deps.commits.commit(context, async (tx) => {
    await assertBucketStays(bucket, tx);
    const row: ObjectRow | undefined = await findAmongAll(name, key, id, tx.db);
    if (!row) throw noSuchKey(key);
    await updateVersion(row, { object_lock: JSON.stringify(change(readLock(row))) }, tx);
  });
}

/** As Java's `Date` shows itself where S3 runs: `Tue Dec 31 16:00:00 PST 2019`. */
function shownByJava(date: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...({ weekday: "short", month: "short", day: "2-digit", year: "numeric" } as const),
    ...({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const),
    ...({ timeZone: "America/Los_Angeles", timeZoneName: "short" } as const),
  }).formatToParts(date);
  const { weekday, month, day, hour, minute, second, timeZoneName, year } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  );
  return `${weekday} ${month} ${day} ${hour}:${minute}:${second} ${timeZoneName} ${year}`;
}

function noLock(): AwsError {
  return new AwsError(
    "NoSuchObjectLockConfiguration",
    "The specified object does not have a ObjectLock configuration",
    { status: 404 },
  );
}
