import type {
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from "@aws-sdk/client-kms";
import { notBuilt } from "./errors.ts";

/*
 * Kinds of keys, and which algorithms each is for. Source: KMS developer guide, "Key spec
 * reference".
 */

const USAGES = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"] as const;
export type KeyUsage = (typeof USAGES)[number];

export type RsaSpec = "RSA_2048" | "RSA_3072" | "RSA_4096";
export type CurveSpec = "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1";
export type PairSpec = RsaSpec | CurveSpec | "ECC_NIST_EDWARDS25519";
export type HmacSpec = "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512";
export type KeySpec = "SYMMETRIC_DEFAULT" | PairSpec | HmacSpec;

/** Algorithms of a key, which depend on its spec and on its one usage. */
type Algorithms = Readonly<Partial<Record<KeyUsage, readonly string[]>>>;

const ECDH = ["ECDH"];
const RSA: Algorithms = {
  ENCRYPT_DECRYPT: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
  SIGN_VERIFY: [
    ...["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"],
    ...["RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512"],
  ],
};

const ALGORITHMS: Readonly<Record<KeySpec, Algorithms>> = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] },
  RSA_2048: RSA,
  RSA_3072: RSA,
  RSA_4096: RSA,
  ECC_NIST_P256: { SIGN_VERIFY: ["ECDSA_SHA_256"], KEY_AGREEMENT: ECDH },
  ECC_NIST_P384: { SIGN_VERIFY: ["ECDSA_SHA_384"], KEY_AGREEMENT: ECDH },
  ECC_NIST_P521: { SIGN_VERIFY: ["ECDSA_SHA_512"], KEY_AGREEMENT: ECDH },
  ECC_SECG_P256K1: { SIGN_VERIFY: ["ECDSA_SHA_256"] },
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] },
  HMAC_224: { GENERATE_VERIFY_MAC: ["HMAC_SHA_224"] },
  HMAC_256: { GENERATE_VERIFY_MAC: ["HMAC_SHA_256"] },
  HMAC_384: { GENERATE_VERIFY_MAC: ["HMAC_SHA_384"] },
  HMAC_512: { GENERATE_VERIFY_MAC: ["HMAC_SHA_512"] },
};

const MAC_BYTES: Readonly<Record<HmacSpec, number>> = {
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

const SYMMETRIC_BYTES = 32;

/** Throws UnsupportedOperationException for a spec that AWS has and this server hasn't. */
export function builtSpec(spec: string): KeySpec {
  if (Object.hasOwn(ALGORITHMS, spec)) return spec as KeySpec;
  throw notBuilt(`KeySpec ${spec}`);
}

/** Throws UnsupportedOperationException. */
export function builtUsage(usage: string): KeyUsage {
  const known = USAGES.find((each) => each === usage);
  if (known === undefined) throw notBuilt(`KeyUsage ${usage}`);
  return known;
}

export interface SpecAndUsage {
  readonly key_spec: KeySpec;
  readonly key_usage: KeyUsage;
}

/** Empty for a usage that the spec hasn't. */
export function algorithmsOf({ key_spec, key_usage }: SpecAndUsage): readonly string[] {
  return ALGORITHMS[key_spec][key_usage] ?? [];
}

/** The length of the material of a key without a public half; undefined for a key pair. */
export function secretBytes(spec: KeySpec): number | undefined {
  if (spec === "SYMMETRIC_DEFAULT") return SYMMETRIC_BYTES;
  return isHmac(spec) ? MAC_BYTES[spec] : undefined;
}

function isHmac(spec: KeySpec): spec is HmacSpec {
  return Object.hasOwn(MAC_BYTES, spec);
}

export function isPair(spec: KeySpec): spec is PairSpec {
  return secretBytes(spec) === undefined;
}

/** The types that an alias doesn't cross. Source: KMS API reference, UpdateAlias. */
export function keyType(spec: KeySpec): "symmetric" | "HMAC" | "asymmetric" {
  if (isPair(spec)) return "asymmetric";
  return isHmac(spec) ? "HMAC" : "symmetric";
}

export function isSymmetric({ key_spec }: SpecAndUsage): boolean {
  return key_spec === "SYMMETRIC_DEFAULT";
}

/** The spec under both of its names, of which the older one has the older specs alone. */
export function namedSpec(spec: KeySpec) {
  return spec === "ECC_NIST_EDWARDS25519"
    ? { KeySpec: spec }
    : { KeySpec: spec, CustomerMasterKeySpec: spec };
}

/** The algorithms under the name that answers have for those of the key's usage. */
export function namedAlgorithms(key: SpecAndUsage) {
  const algorithms = algorithmsOf(key);
  switch (key.key_usage) {
    case "ENCRYPT_DECRYPT":
      return { EncryptionAlgorithms: algorithms as EncryptionAlgorithmSpec[] };
    case "SIGN_VERIFY":
      return { SigningAlgorithms: algorithms as SigningAlgorithmSpec[] };
    case "GENERATE_VERIFY_MAC":
      return { MacAlgorithms: algorithms as MacAlgorithmSpec[] };
    case "KEY_AGREEMENT":
      return { KeyAgreementAlgorithms: algorithms as KeyAgreementAlgorithmSpec[] };
    default:
      return key.key_usage satisfies never;
  }
}
