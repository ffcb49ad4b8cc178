import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { CHECKSUM_ALGORITHMS } from "../checksums/checksum-algorithm.ts";
import { unquote } from "../entity-tags.ts";
import { badDigest, invalidRequest, malformedXml } from "../errors.ts";
import { PART_NUMBER_MAX } from "../objects/part-number.ts";
import type { PartRow } from "../tables.ts";
import type { UploadChecksum } from "./upload-checksum.ts";

/** The least size of every part but the last. Source: the same page as for their numbers. */
const PART_BYTES_MIN = 5 * 1024 * 1024;

/** The parts that the request names. Throws InvalidRequest, MalformedXML, InvalidPartOrder. */
export function requestedParts(
  input: s3.CompleteMultipartUploadCommandInput,
): readonly s3.CompletedPart[] {
  if (!input.MultipartUpload) throw invalidRequest("You must specify at least one part");
  const parts = input.MultipartUpload?.Parts ?? [];
  if (parts.length === 0 || parts.length > PART_NUMBER_MAX) throw malformedXml();
  let before = 0;
  for (const { PartNumber } of parts) {
    if (PartNumber === undefined) throw malformedXml();
    if (PartNumber <= before) {
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        { status: 400, fields: { UploadId: input.UploadId ?? "" } },
      );
    }
    before = PartNumber;
  }
  return parts;
}

/**
 * The stored parts that are meant. Throws InvalidPart, EntityTooSmall, InvalidRequest, BadDigest.
 */
export function chooseParts(
  requested: readonly s3.CompletedPart[],
  stored: readonly PartRow[],
  checksum: UploadChecksum,
  uploadId: string,
): readonly PartRow[] {
  const byNumber = new Map(stored.map((part) => [part.part_number, part]));
  const chosen = requested.map((wanted) => {
    const part = byNumber.get(wanted.PartNumber ?? 0);
    if (!part || unquote(wanted.ETag ?? "") !== part.etag) throw invalidPart(wanted, uploadId);
    checkPartChecksum(wanted, part, checksum, uploadId);
    return part;
  });
  for (const part of chosen.slice(0, -1)) {
    if (part.size_bytes < PART_BYTES_MIN) throw entityTooSmall(part);
  }
  return chosen;
}

function checkPartChecksum(
  wanted: s3.CompletedPart,
  part: PartRow,
  { algorithm, type, declared }: UploadChecksum,
  uploadId: string,
): void {
  const value = wanted[algorithm.member];
  if (value !== undefined && value !== part.checksum) throw invalidPart(wanted, uploadId);
  const other = Object.values(CHECKSUM_ALGORITHMS).find(
    ({ name, member }) => name !== algorithm.name && wanted[member] !== undefined,
  );
  if (other && !declared) throw invalidPart(wanted, uploadId);
  if (other)
    throw badDigest(
      `The ${other.name.toLowerCase()} you specified for part ${part.part_number} did not match what we received.`,
    );
  if (value !== undefined || !declared || type === "FULL_OBJECT") return;
  throw invalidRequest(
    `The upload was created using a ${algorithm.name.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.part_number} in the request.`,
  );
}

function invalidPart({ PartNumber, ETag }: s3.CompletedPart, uploadId: string): AwsError {
  return new AwsError(
    "InvalidPart",
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    {
      status: 400,
      fields: { UploadId: uploadId, PartNumber: String(PartNumber), ETag: unquote(ETag ?? "") },
    },
  );
}

function entityTooSmall(part: PartRow): AwsError {
  return new AwsError(
    "EntityTooSmall",
    "Your proposed upload is smaller than the minimum allowed size",
    {
      status: 400,
      fields: {
        ProposedSize: String(part.size_bytes),
        MinSizeAllowed: String(PART_BYTES_MIN),
        PartNumber: String(part.part_number),
        ETag: part.etag,
      },
    },
  );
}
