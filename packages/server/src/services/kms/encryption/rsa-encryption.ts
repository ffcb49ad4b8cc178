import { constants, createPublicKey, type KeyObject, publicEncrypt, webcrypto } from "node:crypto";
import { ownValue } from "../../../kernel/own-value.ts";
import type { Material } from "../ciphertext/ciphertext-blob.ts";
import { privateKeyOf } from "../ciphertext/key-pairs.ts";
import { invalidCiphertext, validation } from "../errors.ts";
import type { KeySpec } from "../key-spec.ts";

interface Oaep {
  readonly hash: string;
  /** The hash by Web Crypto's name. */
  readonly webName: string;
  readonly bytes: number;
}

const OAEP: Readonly<Record<string, Oaep>> = {
  RSAES_OAEP_SHA_1: { hash: "sha1", webName: "SHA-1", bytes: 20 },
  RSAES_OAEP_SHA_256: { hash: "sha256", webName: "SHA-256", bytes: 32 },
};

/** Throws ValidationException for a text that doesn't fit under the key. */
export function rsaEncrypt(
  plaintext: Uint8Array,
  algorithm: string,
  spec: KeySpec,
  material: Material,
): Buffer {
  const { hash, bytes } = oaepOf(algorithm);
  const key = createPublicKey(privateKeyOf(material));
  const modulusBytes = modulusBytesOf(key);
  // Source: RFC 8017, section 7.1.1.
  const max = modulusBytes - 2 * bytes - 2;
  if (plaintext.length > max) {
    const what = `Algorithm ${algorithm} and key spec ${spec}`;
    throw validation(`${what} cannot encrypt data larger than ${max} bytes.`);
  }
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
    plaintext,
  );
}

/** Decrypts beside the thread that serves requests. Throws InvalidCiphertextException. */
export async function rsaDecrypt(
  ciphertext: Uint8Array,
  algorithm: string,
  material: Material,
): Promise<Buffer> {
  const { webName } = oaepOf(algorithm);
  // RFC 8017, section 7.1.2: OpenSSL adds zeros that are missing.
  if (ciphertext.length !== modulusBytesOf(privateKeyOf(material))) throw invalidCiphertext();
  const oaep = { name: "RSA-OAEP", hash: webName };
  const { subtle } = webcrypto;
  const key = await subtle.importKey("pkcs8", material.bytes, oaep, false, ["decrypt"]);
  try {
    return Buffer.from(await subtle.decrypt(oaep, key, ciphertext));
  } catch {
    // OpenSSL fails for whatever wasn't encrypted like this.
    throw invalidCiphertext();
  }
}

function modulusBytesOf({ asymmetricKeyDetails }: KeyObject): number {
  return (asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}

function oaepOf(algorithm: string) {
  const oaep = ownValue(OAEP, algorithm);
  if (!oaep) throw new Error(`RSA keys don't encrypt with ${algorithm}`);
  return oaep;
}
