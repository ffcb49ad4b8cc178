import { createHash, createPublicKey, type KeyObject } from "node:crypto";

const CURVE = "secp384r1";
/** A P-384 key's PEM has some 215 characters, and base64 of it a third more. */
const MATERIAL_CHARACTERS_MAX = 4_096;
const PEM = /^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/;

/** A public key that ES384 signatures are verified with. */
export interface P384PublicKey {
  readonly pem: string;
  /** MD5 of the DER SubjectPublicKeyInfo in pairs of hexadecimal digits. */
  readonly fingerprint: string;
}

/** Reads PEM, or base64 of it as some clients send it. Undefined where it is no such key. */
export function readP384PublicKey(material: string): P384PublicKey | undefined {
  const key = material.length > MATERIAL_CHARACTERS_MAX ? undefined : readPublicKey(material);
  if (key?.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== CURVE)
    return undefined;
  const digest = createHash("md5").update(key.export({ type: "spki", format: "der" }));
  return {
    pem: key.export({ type: "spki", format: "pem" }).toString(),
    fingerprint: (digest.digest("hex").match(/../g) ?? []).join(":"),
  };
}

function readPublicKey(material: string): KeyObject | undefined {
  const pem = PEM.test(material) ? material : Buffer.from(material, "base64").toString();
  // A private key's PEM would be read too: who sends one by mistake must hear of it.
  if (!PEM.test(pem)) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    // Node throws for what isn't a key.
    return undefined;
  }
}
