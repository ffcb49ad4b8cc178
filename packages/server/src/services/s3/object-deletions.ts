import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../kernel/aws-error.ts";
import {
  defineOperations,
  NO_PERMISSION_NEEDED,
  type OperationTable,
} from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { onObject } from "./authorization.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { malformedXml } from "./errors.ts";
import { assertBucketStays, requireBucket } from "./find-bucket.ts";
import { deleteObjectRow } from "./object-writes.ts";
import type { BucketRow } from "./tables.ts";

/** Source: S3 API, DeleteObjects. */
const OBJECTS_PER_REQUEST_MAX = 1000;

/** DeleteObjects: each key is permitted or refused by itself, and the permitted ones go at once. */
export function objectDeletionOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    DeleteObjects: {
      // The bucket must exist; the keys are decided one by one in `handle`.
      authorize: async (input, context) => {
        await requireBucket(input, context);
        return NO_PERMISSION_NEEDED;
      },
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        const objects = input.Delete?.Objects ?? [];
        if (objects.length === 0 || objects.length > OBJECTS_PER_REQUEST_MAX) throw malformedXml();
        const { permitted, errors } = await sortOut(objects, bucket, context);
        await deps.commits.commit(context, async (tx) => {
          await assertBucketStays(bucket, tx);
          for (const { Key = "" } of permitted)
            await deleteObjectRow(bucket.bucket_name, Key, tx, deps);
        });
        return {
          ...(input.Delete?.Quiet ? {} : { Deleted: permitted }),
          ...(errors.length > 0 ? { Errors: errors } : {}),
        };
      },
    },
  });
}

/** The action of a deletion, with the version that every object of this server has or without. */
export function deletion(versionId: string | undefined): "DeleteObject" | "DeleteObjectVersion" {
  return versionId === undefined ? "DeleteObject" : "DeleteObjectVersion";
}

async function sortOut(
  objects: readonly s3.ObjectIdentifier[],
  bucket: BucketRow,
  context: RequestContext,
): Promise<{ permitted: s3.ObjectIdentifier[]; errors: s3._Error[] }> {
  const permitted: s3.ObjectIdentifier[] = [];
  const errors: s3._Error[] = [];
  for (const { Key: key = "", VersionId } of objects) {
    if (VersionId !== undefined && VersionId !== "null") {
      const Message = "The specified version does not exist.";
      errors.push({ Key: key, VersionId, Code: "NoSuchVersion", Message });
      continue;
    }
    try {
      await context.authorize(onObject(deletion(VersionId), bucket, key, context));
      permitted.push({ Key: key, VersionId });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ Key: key, VersionId, Code: error.code, Message: error.message });
    }
  }
  return { permitted, errors };
}
