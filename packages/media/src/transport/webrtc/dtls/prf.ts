import { createHmac } from "node:crypto";

/** TLS 1.2's pseudorandom function with SHA-256 (RFC 5246, 5). */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const hmac = (data: Buffer): Buffer => createHmac("sha256", secret).update(data).digest();
  const labelled = Buffer.concat([Buffer.from(label, "ascii"), seed]);
  const parts: Buffer[] = [];
  let a = hmac(labelled);
  for (let have = 0; have < length; have += 32) {
    parts.push(hmac(Buffer.concat([a, labelled])));
    a = hmac(a);
  }
  return Buffer.concat(parts).subarray(0, length);
}
