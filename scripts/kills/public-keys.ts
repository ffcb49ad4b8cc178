import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A new ECDSA P-384 key's public half, and the fingerprint that AWS shows of it. */
export function newPublicKey(): { readonly pem: string; readonly fingerprint: string } {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { pem, fingerprint: fingerprintOf(publicKey) };
}

function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  const digest = createHash("md5").update(der).digest("hex");
  return digest.replaceAll(/..(?=.)/g, "$&:");
}
