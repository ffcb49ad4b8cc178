import { declaredAlgorithm } from "../checksums/body-digests.ts";
import {
  type ChecksumAlgorithm,
  type ChecksumTypeName,
  checksumAlgorithm,
  DEFAULT_CHECKSUM_ALGORITHM,
} from "../checksums/checksum-algorithm.ts";
import { invalidRequest } from "../errors.ts";
import type { UploadRow } from "../tables.ts";

/** How an upload's parts and its object are checked. */
export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumTypeName;
  /** The client named the algorithm: then it must stay with it. */
  readonly declared: boolean;
}

/** Reads CreateMultipartUpload's choice. Throws InvalidRequest for a pair that doesn't exist. */
export function chooseUploadChecksum(
  name: string | undefined,
  type: string | undefined,
): { readonly algorithm: string | null; readonly type: string | null } {
  const algorithm = declaredAlgorithm(name);
  if (!algorithm) {
    if (type === undefined) return { algorithm: null, type: null };
    throw invalidRequest(
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  if (type !== undefined && type !== "COMPOSITE" && type !== "FULL_OBJECT")
    throw invalidRequest("Value for x-amz-checksum-type header is invalid.");
  const chosen = algorithm.types.find((each) => each === (type ?? algorithm.types[0]));
  if (chosen) return { algorithm: algorithm.name, type: chosen };
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.name.toLowerCase()} checksum algorithm.`,
  );
}

export function checksumOfUpload(upload: UploadRow): UploadChecksum {
  const algorithm = upload.checksum_algorithm && checksumAlgorithm(upload.checksum_algorithm);
  if (!algorithm) {
    return { algorithm: DEFAULT_CHECKSUM_ALGORITHM, type: "FULL_OBJECT", declared: false };
  }
  const type = upload.checksum_type === "COMPOSITE" ? "COMPOSITE" : "FULL_OBJECT";
  return { algorithm, type, declared: true };
}
