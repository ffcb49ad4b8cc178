import { createCipheriv, createDecipheriv } from "node:crypto";

/*
 * DTLS 1.2's records (RFC 6347, 4.1) in clear and under TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
 * (RFC 5288, 3).
 */

export const RECORD_HEADER_BYTES = 13;
export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;
export const DTLS_1_2 = 0xfefd;
/** Records' versions: 1.0 is in hellos, for the sake of old servers. */
const VERSION_MAJOR = 0xfe;
const EXPLICIT_NONCE_BYTES = 8;
const TAG_BYTES = 16;
/** RFC 6347, 4.1: 2^14 bytes and what encryption adds. */
const CONTENT_BYTES_MAX = 2 ** 14 + 2_048;

export interface DtlsRecord {
  readonly type: number;
  readonly epoch: number;
  /** 48 bits. */
  readonly sequence: number;
  readonly header: Buffer;
  readonly content: Buffer;
}

/** The records of a datagram; what follows a malformed one is left out. */
export function parseRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  for (let at = 0; at + RECORD_HEADER_BYTES <= datagram.length; ) {
    const length = datagram.readUInt16BE(at + 11);
    const end = at + RECORD_HEADER_BYTES + length;
    if (end > datagram.length || length > CONTENT_BYTES_MAX || datagram[at + 1] !== VERSION_MAJOR) {
      break;
    }
    records.push({
      type: datagram[at] ?? 0,
      epoch: datagram.readUInt16BE(at + 3),
      sequence: datagram.readUIntBE(at + 5, 6),
      header: datagram.subarray(at, at + RECORD_HEADER_BYTES),
      content: datagram.subarray(at + RECORD_HEADER_BYTES, end),
    });
    at = end;
  }
  return records;
}

export function writeRecord(
  type: number,
  epoch: number,
  sequence: number,
  content: Buffer,
): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header[0] = type;
  header.writeUInt16BE(DTLS_1_2, 1);
  header.writeUInt16BE(epoch, 3);
  header.writeUIntBE(sequence, 5, 6);
  header.writeUInt16BE(content.length, 11);
  return Buffer.concat([header, content]);
}

/** The keys of one direction. */
export interface RecordKeys {
  readonly key: Buffer;
  /** The first four bytes of every nonce. */
  readonly salt: Buffer;
}

/** Returns the content; undefined for a record that isn't genuine. */
export function openRecord(record: DtlsRecord, { key, salt }: RecordKeys): Buffer | undefined {
  const { content, header } = record;
  const end = content.length - TAG_BYTES;
  if (end < EXPLICIT_NONCE_BYTES) {
    return undefined;
  }
  const nonce = Buffer.concat([salt, content.subarray(0, EXPLICIT_NONCE_BYTES)]);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(header, end - EXPLICIT_NONCE_BYTES));
  decipher.setAuthTag(content.subarray(end));
  const clear = decipher.update(content.subarray(EXPLICIT_NONCE_BYTES, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return clear;
}

export function sealRecord(
  type: number,
  epoch: number,
  sequence: number,
  clear: Buffer,
  { key, salt }: RecordKeys,
): Buffer {
  const placeholder = Buffer.alloc(EXPLICIT_NONCE_BYTES + clear.length + TAG_BYTES);
  const record = writeRecord(type, epoch, sequence, placeholder);
  // Epoch and sequence number never come twice.
  const explicit = record.subarray(3, 3 + EXPLICIT_NONCE_BYTES);
  const cipher = createCipheriv("aes-128-gcm", key, Buffer.concat([salt, explicit]));
  cipher.setAAD(associatedData(record.subarray(0, RECORD_HEADER_BYTES), clear.length));
  const encrypted = cipher.update(clear);
  cipher.final();
  explicit.copy(record, RECORD_HEADER_BYTES);
  encrypted.copy(record, RECORD_HEADER_BYTES + EXPLICIT_NONCE_BYTES);
  cipher.getAuthTag().copy(record, record.length - TAG_BYTES);
  return record;
}

/** Epoch and sequence number, type, version, and the length of the clear content. */
function associatedData(header: Buffer, length: number): Buffer {
  const data = Buffer.alloc(RECORD_HEADER_BYTES);
  header.copy(data, 0, 3, 11);
  header.copy(data, 8, 0, 3);
  data.writeUInt16BE(length, 11);
  return data;
}
