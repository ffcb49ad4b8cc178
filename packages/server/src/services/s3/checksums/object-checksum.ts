import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithmName,
  type ChecksumMember,
  type ChecksumTypeName,
} from "./checksum-algorithm.ts";

/** A stored checksum. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithmName;
  readonly type: ChecksumTypeName;
  /** Base64; a composite one ends in `-` and the number of parts. */
  readonly value: string;
}

type ChecksumMembers = { [Member in ChecksumMember]?: string };

export function readChecksum(stored: string | null): ObjectChecksum | undefined {
  return stored === null ? undefined : (JSON.parse(stored) as ObjectChecksum);
}

/** A composite value without its number of parts. */
export function withoutPartsCount(value: string): string {
  const dash = value.lastIndexOf("-");
  return dash < 0 ? value : value.slice(0, dash);
}

/** `{ ChecksumCRC32: "…" }`. */
export function checksumMembers(checksum: ObjectChecksum | undefined): ChecksumMembers {
  return checksum ? { [CHECKSUM_ALGORITHMS[checksum.algorithm].member]: checksum.value } : {};
}

/** `{ ChecksumCRC32: "…", ChecksumType: "FULL_OBJECT" }`. */
export function checksumOutput(
  checksum: ObjectChecksum | undefined,
): ChecksumMembers & { ChecksumType?: ChecksumTypeName } {
  return checksum ? { ...checksumMembers(checksum), ChecksumType: checksum.type } : {};
}
