import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { CrcCombiner } from "./combine-crc.ts";
import { CrcEngine } from "./sliced-crc.ts";

export type ChecksumAlgorithmName =
  | "CRC32"
  | "CRC32C"
  | "CRC64NVME"
  | "SHA1"
  | "SHA256"
  | "SHA512"
  | "MD5";

export type ChecksumTypeName = "COMPOSITE" | "FULL_OBJECT";

/** The SDK's member for an algorithm's value, in inputs and outputs alike. */
export type ChecksumMember =
  | "ChecksumCRC32"
  | "ChecksumCRC32C"
  | "ChecksumCRC64NVME"
  | "ChecksumSHA1"
  | "ChecksumSHA256"
  | "ChecksumSHA512"
  | "ChecksumMD5";

/** A digest that takes bytes piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

/** Source: Amazon S3 user guide, "Checking object integrity". */
export interface ChecksumAlgorithm {
  readonly name: ChecksumAlgorithmName;
  readonly member: ChecksumMember;
  /** The request's header or trailer. */
  readonly header: string;
  readonly sizeBytes: number;
  /** The checksum types that multipart uploads may use; the first is the default. */
  readonly types: readonly ChecksumTypeName[];
  start(): Digest;
  /** For full-object checksums of multipart uploads; only CRCs can be put together. */
  readonly combiner?: CrcCombiner;
}

class Crc32 implements Digest {
  #crc = 0;

  update(bytes: Uint8Array): void {
    // Of no bytes, node returns 0.
    if (bytes.byteLength > 0) this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#crc);
    return bytes;
  }
}

/** Sources: RFC 3720, appendix B.4; NVM Express command set specification, "64b CRC". */
export const CRC_ENGINES = {
  CRC32C: new CrcEngine({ polynomial: 0x82f63b78n, sizeBytes: 4 }),
  CRC64NVME: new CrcEngine({ polynomial: 0x9a6c9329ac4bc9b5n, sizeBytes: 8 }),
} as const;

function hash(name: ChecksumAlgorithmName, member: ChecksumMember, sizeBytes: number) {
  const id = name.toLowerCase();
  return {
    name,
    member,
    header: `x-amz-checksum-${id}`,
    sizeBytes,
    types: ["COMPOSITE"],
    start: () => createHash(id),
  } satisfies ChecksumAlgorithm;
}

export const CHECKSUM_ALGORITHMS: Readonly<Record<ChecksumAlgorithmName, ChecksumAlgorithm>> = {
  CRC32: {
    name: "CRC32",
    member: "ChecksumCRC32",
    header: "x-amz-checksum-crc32",
    sizeBytes: 4,
    types: ["COMPOSITE", "FULL_OBJECT"],
    start: () => new Crc32(),
    combiner: new CrcCombiner(0xedb88320n, 32),
  },
  CRC32C: {
    name: "CRC32C",
    member: "ChecksumCRC32C",
    header: "x-amz-checksum-crc32c",
    sizeBytes: 4,
    types: ["COMPOSITE", "FULL_OBJECT"],
    start: () => CRC_ENGINES.CRC32C.start(),
    combiner: new CrcCombiner(CRC_ENGINES.CRC32C.parameters.polynomial, 32),
  },
  CRC64NVME: {
    name: "CRC64NVME",
    member: "ChecksumCRC64NVME",
    header: "x-amz-checksum-crc64nvme",
    sizeBytes: 8,
    types: ["FULL_OBJECT"],
    start: () => CRC_ENGINES.CRC64NVME.start(),
    combiner: new CrcCombiner(CRC_ENGINES.CRC64NVME.parameters.polynomial, 64),
  },
  SHA1: hash("SHA1", "ChecksumSHA1", 20),
  SHA256: hash("SHA256", "ChecksumSHA256", 32),
  SHA512: hash("SHA512", "ChecksumSHA512", 64),
  MD5: hash("MD5", "ChecksumMD5", 16),
};

/** What S3 computes when the client names no algorithm. */
export const DEFAULT_CHECKSUM_ALGORITHM = CHECKSUM_ALGORITHMS.CRC64NVME;

/** Undefined for what isn't known here, e.g. XXHASH3. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return Object.hasOwn(CHECKSUM_ALGORITHMS, name)
    ? CHECKSUM_ALGORITHMS[name as ChecksumAlgorithmName]
    : undefined;
}
