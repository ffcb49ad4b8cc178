import type * as s3 from "@aws-sdk/client-s3";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { readAuthorizations } from "../access/read-authorization.ts";
import {
  checksumMembers,
  checksumOutput,
  type ObjectChecksum,
  readChecksum,
  withoutPartsCount,
} from "../checksums/object-checksum.ts";
import { keyOfObject } from "../encryption/object-encryption.ts";
import { invalidArgument, noAttributes } from "../errors.ts";
import { readMaxKeys, readPartMarker } from "../listing/listing-text.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { requireObject } from "../rows/objects.ts";
import { readVersion } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow, S3Tables } from "../tables.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes: what an object is, without its bytes. */
export function attributeReadOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    GetObjectAttributes: bucketOperation(
      (bucket, input, context) =>
        readAuthorizations(["GetObject", "GetObjectAttributes"], bucket, input, context),
      getObjectAttributes,
    ),
  });
}

async function getObjectAttributes(
  bucket: BucketRow,
  input: Checked<s3.GetObjectAttributesCommandInput>,
  context: RequestContext,
) {
  const wanted = new Set<string>(input.ObjectAttributes);
  if ([...wanted].every((name) => name === "")) throw noAttributes();
  const unknown = [...wanted].find((name) => !ATTRIBUTES.includes(name));
  if (unknown !== undefined)
    throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", unknown);
  const row = await requireObject(input, context);
  await keyOfObject(input, readAttributesOf(row), row, context);
  const checksum = readChecksum(row.checksum);
  const parts = wanted.has("ObjectParts") ? await partsOf(row, input, context) : undefined;
  return {
    ...readVersion(row, bucket),
    LastModified: new Date(wholeSeconds(row.modified_ms)),
    ...(wanted.has("ETag") ? { ETag: row.etag } : {}),
    ...(wanted.has("Checksum") && checksum ? { Checksum: shown(checksum) } : {}),
    ...(parts ? { ObjectParts: parts } : {}),
    ...(wanted.has("StorageClass") ? { StorageClass: row.storage_class as s3.StorageClass } : {}),
    ...(wanted.has("ObjectSize") ? { ObjectSize: row.size_bytes } : {}),
  };
}

/** Other reads show the number of parts after a composite value. */
function shown(checksum: ObjectChecksum) {
  return checksumOutput({ ...checksum, value: withoutPartsCount(checksum.value) });
}

/** The parts of an upload; one by one where each has a checksum that the object's is made of. */
async function partsOf(
  row: ObjectRow,
  input: Checked<s3.GetObjectAttributesCommandInput>,
  context: RequestContext,
): Promise<s3.GetObjectAttributesParts | undefined> {
  if (row.upload_id === null) return undefined;
  const TotalPartsCount = row.parts_count ?? undefined;
  const checksum = readChecksum(row.checksum);
  if (checksum?.type !== "COMPOSITE") return { TotalPartsCount };
  const maxParts = readMaxKeys(input.MaxParts, "max-parts");
  const marker = readPartMarker(input.PartNumberMarker);
  const rows = await context
    .db<S3Tables>()
    .selectFrom("s3_parts")
    .select(["part_number", "size_bytes", "checksum"])
    .where("upload_id", "=", row.upload_id)
    .where("part_number", ">", marker)
    .orderBy("part_number")
    .limit(maxParts + 1)
    .execute();
  const page = rows.slice(0, maxParts);
  return {
    TotalPartsCount,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.part_number ?? 0),
    MaxParts: maxParts,
    IsTruncated: rows.length > page.length && maxParts > 0,
    Parts: page.map((part) => ({
      PartNumber: part.part_number,
      Size: part.size_bytes,
      ...checksumMembers({ ...checksum, value: part.checksum ?? "" }),
    })),
  };
}
