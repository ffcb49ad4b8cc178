import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const keyId: Constraint = { min: 1, max: 2048 };
const tagKey: Constraint = { min: 1, max: 128 };
const tagValue: Constraint = { max: 256 };
const blob: Constraint = { min: 1, max: 6144 };
const grantPrincipal: Constraint = { min: 1, max: 256, pattern: "^[\\w+=,.@:/-]+$" };
const region: Constraint = { min: 1, max: 32, pattern: "^([a-z]+-){2,3}\\d+$" };
const ALGORITHMS = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];
/** In the order in which KMS's message lists them. */
const KEY_SPECS = [
  ...["RSA_2048", "ECC_NIST_P384", "ECC_NIST_P256", "ECC_NIST_P521", "HMAC_384", "RSA_3072"],
  ...["ECC_SECG_P256K1", "RSA_4096", "SYMMETRIC_DEFAULT", "HMAC_256", "HMAC_224", "HMAC_512"],
  ...["SM2", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ECC_NIST_EDWARDS25519"],
  ...["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"],
];

const SIGNING_ALGORITHMS = [
  ...["RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512"],
  ...["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"],
  ...["ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512", "SM2DSA", "ML_DSA_SHAKE_256"],
  ...["ED25519_SHA_512", "ED25519_PH_SHA_512"],
];

/** Source: KMS API reference, the operations' request parameters. */
export const kmsConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  unsupported: [
    "Decrypt.DryRunModifiers",
    "ReEncrypt.DryRunModifiers",
    "ImportKeyMaterial.KeyMaterialDescription",
  ],
  members: {
    KeyId: keyId,
    TargetKeyId: keyId,
    SourceKeyId: keyId,
    DestinationKeyId: keyId,
    AliasName: { min: 1, max: 256, pattern: "^[a-zA-Z0-9:/_-]+$" },
    Description: { max: 8192 },
    Policy: { min: 1, max: 131_072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
    PolicyName: { min: 1, max: 128, pattern: "[\\w]+" },
    KeyUsage: {
      values: [
        ...["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"],
        "ENCAPSULATE_DECAPSULATE",
      ],
    },
    KeySpec: { values: ["AES_256", "AES_128"] },
    "CreateKey.KeySpec": { values: KEY_SPECS },
    CustomerMasterKeySpec: { values: KEY_SPECS },
    KeyPairSpec: {
      values: [
        ...["RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384"],
        ...["ECC_NIST_P521", "ECC_SECG_P256K1", "SM2", "ECC_NIST_EDWARDS25519"],
      ],
    },
    Origin: { values: ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] },
    CustomKeyStoreId: { min: 1, max: 64 },
    EncryptionAlgorithm: { values: ALGORITHMS },
    SourceEncryptionAlgorithm: { values: ALGORITHMS },
    DestinationEncryptionAlgorithm: { values: ALGORITHMS },
    Plaintext: { min: 1, max: 4096, secret: true },
    CiphertextBlob: blob,
    Message: { min: 1, max: 4096, secret: true },
    Signature: blob,
    Mac: blob,
    MessageType: { values: ["RAW", "DIGEST", "EXTERNAL_MU"] },
    SigningAlgorithm: { values: SIGNING_ALGORITHMS },
    MacAlgorithm: {
      values: ["HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512"],
    },
    KeyAgreementAlgorithm: { values: ["ECDH"] },
    PublicKey: { min: 1, max: 8192 },
    ReplicaRegion: region,
    PrimaryRegion: region,
    WrappingAlgorithm: {
      values: [
        ...["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
        ...["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256", "SM2PKE"],
      ],
    },
    WrappingKeySpec: { values: ["RSA_2048", "RSA_3072", "RSA_4096", "SM2"] },
    ImportToken: blob,
    EncryptedKeyMaterial: blob,
    ExpirationModel: { values: ["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"] },
    ImportType: { values: ["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"] },
    KeyMaterialId: { min: 64, max: 64, pattern: "^[a-f0-9]+$" },
    NumberOfBytes: { min: 1, max: 1024, whole: true },
    PendingWindowInDays: { min: 1, max: 365, whole: true },
    RotationPeriodInDays: { min: 90, max: 2560, whole: true },
    IncludeKeyMaterial: { values: ["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"] },
    Limit: { min: 1, max: 1000, whole: true },
    Marker: { min: 1, max: 1024, pattern: "[\\u0020-\\u00FF]*" },
    TagKey: tagKey,
    TagValue: tagValue,
    "TagKeys.member": tagKey,
    GranteePrincipal: grantPrincipal,
    RetiringPrincipal: grantPrincipal,
    Name: { min: 1, max: 256, pattern: "^[a-zA-Z0-9:/_-]+$" },
    GrantId: { min: 1, max: 128 },
    GrantToken: { min: 1, max: 8192 },
    GrantTokens: { max: 10 },
    "GrantTokens.member": { min: 1, max: 8192 },
    "Operations.member": {
      values: [
        ...["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
        ...["ReEncryptFrom", "ReEncryptTo", "Sign", "Verify", "GetPublicKey", "CreateGrant"],
        ...["RetireGrant", "DescribeKey", "GenerateDataKeyPair"],
        ...["GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac"],
        ...["DeriveSharedSecret", "Encapsulate", "Decapsulate"],
      ],
    },
  },
};
