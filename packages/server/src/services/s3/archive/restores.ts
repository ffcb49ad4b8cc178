import type * as s3 from "@aws-sdk/client-s3";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onObject } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { malformedXml, noSuchKey, notImplemented } from "../errors.ts";
import { announce } from "../notifications/object-events.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { requireNoMarker, requireObject } from "../rows/objects.ts";
import { findAmongAll, updateVersion } from "../rows/versions.ts";
import type { BucketRow } from "../tables.ts";
import { endOfRestore, requireInArchive, restoredUntil } from "./archived-objects.ts";

const TIERS = ["Standard", "Bulk", "Expedited"];

/** RestoreObject. What takes AWS minutes or hours is done at once here. */
export function restoreOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    RestoreObject: bucketOperation(
      (bucket, input, context) => onObject("RestoreObject", bucket, input.Key, context),
      async (bucket, input, context) => {
        await restoreObject(bucket, input, context, deps);
        return {};
      },
    ),
  });
}

async function restoreObject(
  bucket: BucketRow,
  input: Checked<s3.RestoreObjectCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
): Promise<void> {
  await requireNoMarker(input, context);
  const row = await requireObject(input, context);
  const days = daysOf(input.RestoreRequest);
  requireInArchive(row);
  const untilMs = endOfRestore(days, context.nowMs);
  const { bucket_name: name, object_key: key, version_id: id, object_id: object } = row;
  const isRenewed = await deps.commits.commit(context, async (tx) => {
    // Somebody else may have restored it meanwhile.
    const latest = await findAmongAll(name, key, id, tx.db);
    const current = latest?.object_id === object ? latest : row;
    const attributes = JSON.stringify({ ...readAttributesOf(current), restoredUntilMs: untilMs });
    if (!(await updateVersion(current, { attributes }, tx))) throw noSuchKey(key);
    if (restoredUntil(current, context.nowMs) !== undefined) return true;
    const { storage_class: sourceStorageClass } = current;
    const begun = { type: "Object Restore Initiated", sourceStorageClass } as const;
    announce(begun, row, bucket, context, tx, deps);
    const done = { type: "Object Restore Completed", sourceStorageClass, untilMs } as const;
    const itself = { requestId: context.requestId, accountId: "s3.amazonaws.com" };
    announce(done, row, bucket, { ...itself, sourceIp: undefined }, tx, deps);
    return false;
  });
  context.response.status = isRenewed ? 200 : 202;
}

/** Throws MalformedXML, and NotImplemented for queries of archives. */
function daysOf(request: s3.RestoreRequest | undefined): number {
  if (request?.Type !== undefined || request?.SelectParameters) throw notImplemented("SELECT");
  const tier = request?.GlacierJobParameters?.Tier ?? request?.Tier ?? "Standard";
  const days = request?.Days ?? 0;
  if (!TIERS.includes(tier) || days < 1) throw malformedXml();
  return days;
}
