import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { WireRequest } from "../message.ts";
import type { StructureShape } from "../schema/shape.ts";
import { WireError } from "../wire-error.ts";

const MD5_BYTES = 16;

/**
 * By header, what a client may have computed of a document; the other algorithms are for objects.
 */
const CHECKSUMS: ReadonlyMap<string, readonly [name: string, digest: (bytes: Buffer) => Buffer]> =
  new Map([
    ["x-amz-checksum-crc32", ["CRC32", crc32Of]],
    ["x-amz-checksum-sha1", ["SHA1", (bytes: Buffer) => hashOf("sha1", bytes)]],
    ["x-amz-checksum-sha256", ["SHA256", (bytes: Buffer) => hashOf("sha256", bytes)]],
  ]);

export type BodyVerifier = (bytes: Buffer, headers: WireRequest["headers"]) => void;

/**
 * Compares a document with the digests that travel with it. It throws WireError:
 * InvalidDigest, InvalidRequest or BadDigest, as S3 does. Checksums that are members of `input`
 * aren't the document's: CompleteMultipartUpload's are the object's.
 */
export function compileBodyVerifier(input: StructureShape): BodyVerifier {
  const members = new Set(input.members.map(({ traits }) => traits.httpHeader?.toLowerCase()));
  const checksums = [...CHECKSUMS].filter(([header]) => !members.has(header));
  return (bytes, headers) => {
    verifyMd5(bytes, headers["content-md5"]);
    for (const [header, [name, digest]] of checksums) {
      const given = headers[header];
      if (given === undefined) continue;
      const calculated = digest(bytes);
      if (!isBase64Of(given, calculated.length)) {
        throw new WireError("InvalidRequest", `Value for ${header} header is invalid.`);
      }
      if (calculated.toString("base64") !== given) {
        const message = `The ${name} you specified did not match the calculated checksum.`;
        throw new WireError("BadDigest", message);
      }
    }
  };
}

function verifyMd5(bytes: Buffer, md5: string | undefined): void {
  if (md5 === undefined) return;
  if (!isBase64Of(md5, MD5_BYTES)) {
    throw new WireError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {
      "Content-MD5": md5,
    });
  }
  const calculated = hashOf("md5", bytes).toString("base64");
  if (calculated === md5) return;
  const message = "The Content-MD5 you specified did not match what we received.";
  const fields = { ExpectedDigest: md5, CalculatedDigest: calculated };
  throw new WireError("BadDigest", message, 400, fields);
}

function hashOf(algorithm: string, bytes: Buffer): Buffer {
  return createHash(algorithm).update(bytes).digest();
}

function crc32Of(bytes: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value;
}

function isBase64Of(text: string, sizeBytes: number): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === sizeBytes && bytes.toString("base64") === text;
}
