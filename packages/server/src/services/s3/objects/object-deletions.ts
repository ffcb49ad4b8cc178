import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import {
  defineOperations,
  NO_PERMISSION_NEEDED,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { Turns } from "../../../kernel/work/turns.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { onDeletion } from "../access/deletion-authorization.ts";
import { requireDigest } from "../checksums/required-digest.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { isEtag } from "../entity-tags.ts";
import { malformedXml, notImplemented } from "../errors.ts";
import { bypassAuthorizations, checkBypass } from "../object-lock/object-locks.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import { isVersionId } from "../rows/version-id.ts";
import type { BucketRow } from "../tables.ts";
import {
  type Deleted,
  type Deletion,
  deleteObject,
  refusalOfDeletion,
} from "../versions/delete-object.ts";

/** Source: S3 API, DeleteObjects. */
const OBJECTS_PER_REQUEST_MAX = 1000;

/** DeleteObjects: each key is permitted or refused by itself, and the permitted ones go at once. */
export function objectDeletionOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    DeleteObjects: bucketOperation(
      // The bucket must exist; the keys are decided on one by one by the handler.
      () => NO_PERMISSION_NEEDED,
      async (bucket, input, context) => {
        // Deleting by a garbled list would be for good.
        requireDigest(context);
        const objects = input.Delete.Objects;
        if (objects.length === 0 || objects.length > OBJECTS_PER_REQUEST_MAX) throw malformedXml();
        const { permitted, errors } = await sortOut(objects, bucket, input, context);
        checkBypass(input, bucket);
        const { done, refused } = await deps.commits.commit(context, async (tx) => {
          const current = { ...bucket, ...(await assertBucketStays(bucket, tx)) };
          const occasion = { requester: context, reason: "DeleteObject" } as const;
          const done: s3.DeletedObject[] = [];
          const refused: s3._Error[] = [];
          const turns = new Turns();
          for (const each of permitted) {
            await turns.next();
            const refusal = await refusalOfDeletion(each, current, context.nowMs, tx);
            if (refusal) refused.push(errorOf(each, refusal));
            else
              done.push(deletedObject(each, await deleteObject(each, current, occasion, tx, deps)));
          }
          return { done, refused };
        });
        return {
          ...(input.Delete.Quiet ? {} : { Deleted: done }),
          ...(errors.length + refused.length > 0 ? { Errors: [...errors, ...refused] } : {}),
        };
      },
    ),
  });
}

function deletedObject({ Key, VersionId }: Deletion, deleted: Deleted): s3.DeletedObject {
  return {
    Key,
    ...(VersionId === undefined ? {} : { VersionId }),
    ...(deleted.isDeleteMarker
      ? { DeleteMarker: true, DeleteMarkerVersionId: deleted.versionId }
      : {}),
  };
}

function errorOf({ Key, VersionId }: Deletion, { code, message }: AwsError): s3._Error {
  return { Key, VersionId, Code: code, Message: message };
}

async function sortOut(
  objects: readonly Checked<s3.ObjectIdentifier>[],
  bucket: BucketRow,
  { BypassGovernanceRetention }: Checked<s3.DeleteObjectsCommandInput>,
  context: RequestContext,
): Promise<{ permitted: Deletion[]; errors: s3._Error[] }> {
  const permitted: Deletion[] = [];
  const errors: s3._Error[] = [];
  const turns = new Turns();
  for (const { Key, VersionId, ETag, Size, LastModifiedTime } of objects) {
    await turns.next();
    // Directory buckets alone have them (S3 API, ObjectIdentifier).
    if (Size !== undefined || LastModifiedTime !== undefined)
      throw notImplemented("Size, LastModifiedTime");
    if (ETag !== undefined && VersionId !== undefined) {
      errors.push(errorOf({ Key, VersionId }, notImplemented("ETag with VersionId")));
      continue;
    }
    if (VersionId !== undefined && !isVersionId(VersionId)) {
      const Message = "The specified version does not exist.";
      errors.push({ Key, VersionId, Code: "NoSuchVersion", Message });
      continue;
    }
    try {
      const deletion = onDeletion(bucket, { Key, VersionId }, context);
      await context.authorize(deletion instanceof Promise ? await deletion : deletion);
      const named = { Key, VersionId, BypassGovernanceRetention };
      for (const bypass of bypassAuthorizations(named, bucket, context))
        await context.authorize(bypass);
      const bypassesGovernance = BypassGovernanceRetention;
      // Unlike a header it is no list of entity tags.
      const acceptsEtag = ETag === undefined ? undefined : (etag: string) => isEtag(ETag, etag);
      permitted.push({ Key, VersionId, acceptsEtag, bypassesGovernance });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push(errorOf({ Key, VersionId }, error));
      // The answer isn't a refusal: its header names the first one, and its request's id all.
      Object.assign(context.response.headers, { ...error.headers, ...context.response.headers });
    }
  }
  return { permitted, errors };
}
