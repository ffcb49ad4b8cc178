import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from "node:crypto";
import { promisify } from "node:util";
import { ownValue } from "../../../kernel/own-value.ts";
import { notBuilt } from "../errors.ts";
import type { PairSpec } from "../key-spec.ts";
import type { Material } from "./ciphertext-blob.ts";

interface DataKeyPair {
  /** PKCS #8, DER. */
  readonly privateKey: Buffer;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

const generate = promisify(generateKeyPair);

const MODULUS_BITS: Readonly<Record<string, number>> = {
  RSA_2048: 2_048,
  RSA_3072: 3_072,
  RSA_4096: 4_096,
};
/** OpenSSL's names of the curves. */
const CURVES: Readonly<Record<string, string>> = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
  ECC_SECG_P256K1: "secp256k1",
};

/** Throws UnsupportedOperationException for SM2, which is for AWS's Regions in China alone. */
export async function generatePair(spec: string): Promise<DataKeyPair> {
  const { privateKey, publicKey } = await keysOf(spec);
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }),
    publicKey: publicKey.export({ type: "spki", format: "der" }),
  };
}

function keysOf(spec: string): Promise<KeyPairKeyObjectResult> {
  const modulusLength = ownValue(MODULUS_BITS, spec);
  if (modulusLength !== undefined) return generate("rsa", { modulusLength });
  const namedCurve = ownValue(CURVES, spec);
  if (namedCurve !== undefined) return generate("ec", { namedCurve });
  if (spec === "ECC_NIST_EDWARDS25519") return generate("ed25519");
  throw notBuilt(`KeyPairSpec ${spec}`);
}

/** The private key of a key whose material is a pair. */
export function privateKeyOf({ bytes }: Material): KeyObject {
  return privateKeyFrom(bytes);
}

/** From PKCS #8, in DER. */
export function privateKeyFrom(bytes: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(bytes), type: "pkcs8", format: "der" });
}

/** The public half as SubjectPublicKeyInfo, in DER. */
export function publicKeyBytes(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}

/** Whether a private key is of the kind that a spec names. */
export function fitsSpec(key: KeyObject, spec: PairSpec): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  const modulusBits = ownValue(MODULUS_BITS, spec);
  if (modulusBits !== undefined)
    return asymmetricKeyType === "rsa" && asymmetricKeyDetails?.modulusLength === modulusBits;
  const curve = ownValue(CURVES, spec);
  if (curve !== undefined)
    return asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === curve;
  return asymmetricKeyType === "ed25519";
}
