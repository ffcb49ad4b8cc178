import {
  constants,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  verify,
} from "node:crypto";
import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { EMPTY, kmsOf, outcomeOf } from "./support.ts";

/*
 * Keys that sign, agree on secrets and make MACs, and RSA keys that encrypt. OpenSSL checks what
 * KMS has made, with the public key that GetPublicKey gives; the errors' texts are AWS's own.
 */

const TEXT = Buffer.from("some text \xec\x8a\xcf", "latin1");

let server: TestServer;
let client: kms.KMSClient;
beforeAll(async () => {
  server = await startTestServer();
  client = kmsOf(server);
});
afterAll(() => server?.close());

async function newKey(KeySpec: kms.KeySpec, KeyUsage: kms.KeyUsageType) {
  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({ KeySpec, KeyUsage }));
  return { ...KeyMetadata, KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}

async function publicKeyOf(KeyId: string) {
  const { PublicKey = new Uint8Array() } = await client.send(
    new kms.GetPublicKeyCommand({ KeyId }),
  );
  return createPublicKey({ key: Buffer.from(PublicKey), type: "spki", format: "der" });
}

const digestOf = (algorithm: string) =>
  createHash(`sha${algorithm.slice(-3)}`)
    .update(TEXT)
    .digest();

const RSA_SIGNING = [
  ...["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"],
  ...["RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512"],
] as kms.SigningAlgorithmSpec[];

const SIGNING_KEYS: readonly [kms.KeySpec, kms.SigningAlgorithmSpec[]][] = [
  ["RSA_2048", RSA_SIGNING],
  ["ECC_NIST_P256", ["ECDSA_SHA_256"]],
  ["ECC_NIST_P384", ["ECDSA_SHA_384"]],
  ["ECC_NIST_P521", ["ECDSA_SHA_512"]],
  ["ECC_SECG_P256K1", ["ECDSA_SHA_256"]],
];

/** OpenSSL's word on a signature. */
async function isGood(KeyId: string, algorithm: string, signature: Uint8Array): Promise<boolean> {
  const key = await publicKeyOf(KeyId);
  const hash = `sha${algorithm.slice(-3)}`;
  const isPss = algorithm.startsWith("RSASSA_PSS");
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
  const saltLength = isPss ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return verify(hash, TEXT, { key, ...padding, ...saltLength }, signature);
}

describe.each(SIGNING_KEYS)("a key of %s", (spec, algorithms) => {
  let key: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    key = await newKey(spec, "SIGN_VERIFY");
  });

  test("is described with its algorithms, and shows its public half", async () => {
    const kind = { KeySpec: spec, CustomerMasterKeySpec: spec, KeyUsage: "SIGN_VERIFY" };
    expect(key).toMatchObject({ ...kind, SigningAlgorithms: algorithms });
    expect(key).not.toHaveProperty("EncryptionAlgorithms");
    expect(key).not.toHaveProperty("CurrentKeyMaterialId");
    const { $metadata: _, ...shown } = await client.send(
      new kms.GetPublicKeyCommand({ KeyId: key.KeyId }),
    );
    expect(shown).toEqual({
      ...kind,
      KeyId: key.Arn,
      SigningAlgorithms: algorithms,
      PublicKey: expect.any(Uint8Array),
    });
  });

  test.each(algorithms)("signs messages and digests with %s", async (SigningAlgorithm) => {
    const facts = { KeyId: key.KeyId, SigningAlgorithm };
    const digest = { Message: digestOf(SigningAlgorithm), MessageType: "DIGEST" } as const;
    const signed = await client.send(new kms.SignCommand({ ...facts, Message: TEXT }));
    expect(signed).toMatchObject({ KeyId: key.Arn, SigningAlgorithm });
    const { Signature = new Uint8Array() } = signed;
    expect(await isGood(key.KeyId, SigningAlgorithm, Signature)).toBe(true);
    const verified = new kms.VerifyCommand({ ...facts, ...digest, Signature });
    expect(await client.send(verified)).toMatchObject({ KeyId: key.Arn, SignatureValid: true });
    const ofDigest = await client.send(new kms.SignCommand({ ...facts, ...digest }));
    expect(await isGood(key.KeyId, SigningAlgorithm, ofDigest.Signature ?? TEXT)).toBe(true);
  });

  test.each(algorithms)("takes no other signature for one of %s", async (SigningAlgorithm) => {
    const facts = { KeyId: key.KeyId, SigningAlgorithm };
    const signed = await client.send(new kms.SignCommand({ ...facts, Message: TEXT }));
    const { Signature = new Uint8Array() } = signed;
    const last = Uint8Array.from(Signature, (byte, at) =>
      at === Signature.length - 1 ? byte ^ 1 : byte,
    );
    const others = [last, Signature.slice(1), Buffer.concat([Signature, Buffer.alloc(1)])];
    const tried = [
      ...[...others, Buffer.alloc(Signature.length, 0xff), Buffer.alloc(1)].map((other) => ({
        Message: TEXT,
        Signature: other,
      })),
      { Message: Buffer.concat([TEXT, TEXT]), Signature },
    ];
    for (const pair of tried) {
      const outcome = await outcomeOf(client.send(new kms.VerifyCommand({ ...facts, ...pair })));
      expect(outcome).toMatch(/^KMSInvalidSignatureException/);
    }
    const short = { Message: Buffer.alloc(20), MessageType: "DIGEST" } as const;
    expect(await outcomeOf(client.send(new kms.SignCommand({ ...facts, ...short })))).toBe(
      `ValidationException: Digest is invalid length for algorithm ${SigningAlgorithm}.`,
    );
  });
});

test("Ed25519 signs messages as they are, and nothing else", async () => {
  const { KeyId } = await newKey("ECC_NIST_EDWARDS25519", "SIGN_VERIFY");
  const facts = { KeyId, SigningAlgorithm: "ED25519_SHA_512" } as const;
  const { Signature = TEXT } = await client.send(new kms.SignCommand({ ...facts, Message: TEXT }));
  expect(verify(null, TEXT, await publicKeyOf(KeyId), Signature)).toBe(true);
  const verifying = new kms.VerifyCommand({ ...facts, Message: TEXT, Signature });
  expect(await client.send(verifying)).toMatchObject({ SignatureValid: true });
  const digest = { Message: Buffer.alloc(64), MessageType: "DIGEST" } as const;
  expect(await outcomeOf(client.send(new kms.SignCommand({ ...facts, ...digest })))).toMatch(
    /^ValidationException: MessageType DIGEST/,
  );
  const prehashed = { KeyId, SigningAlgorithm: "ED25519_PH_SHA_512", ...digest } as const;
  expect(await outcomeOf(client.send(new kms.SignCommand(prehashed)))).toMatch(
    /^UnsupportedOperationException: .*ED25519_PH_SHA_512/,
  );
});

describe.each(["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] as const)("RSA with %s", (algorithm) => {
  const hash = algorithm === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256";
  const max = algorithm === "RSAES_OAEP_SHA_1" ? 214 : 190;
  let key: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    key = await newKey("RSA_2048", "ENCRYPT_DECRYPT");
  });

  test("decrypts what it or its public key has encrypted, up to AWS's length", async () => {
    const facts = { KeyId: key.KeyId, EncryptionAlgorithm: algorithm };
    const Plaintext = Buffer.alloc(max, 7);
    const { CiphertextBlob } = await client.send(new kms.EncryptCommand({ ...facts, Plaintext }));
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const elsewhere = publicEncrypt(
      { key: await publicKeyOf(key.KeyId), padding, oaepHash: hash },
      Plaintext,
    );
    for (const blob of [CiphertextBlob, elsewhere]) {
      const opened = await client.send(new kms.DecryptCommand({ ...facts, CiphertextBlob: blob }));
      expect(opened).toMatchObject({ KeyId: key.Arn, EncryptionAlgorithm: algorithm });
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    }
    const longer = new kms.EncryptCommand({ ...facts, Plaintext: Buffer.alloc(max + 1) });
    const what = `Algorithm ${algorithm} and key spec RSA_2048`;
    expect(await outcomeOf(client.send(longer))).toBe(
      `ValidationException: ${what} cannot encrypt data larger than ${max} bytes.`,
    );
  });

  test("ReEncrypt goes from it to a symmetric key and back", async () => {
    const symmetric = await newKey("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    const sealed = { KeyId: key.KeyId, EncryptionAlgorithm: algorithm, Plaintext: TEXT };
    const { CiphertextBlob } = await client.send(new kms.EncryptCommand(sealed));
    const to = await client.send(
      new kms.ReEncryptCommand({
        CiphertextBlob,
        SourceKeyId: key.KeyId,
        SourceEncryptionAlgorithm: algorithm,
        DestinationKeyId: symmetric.KeyId,
      }),
    );
    expect(to).toMatchObject({ SourceKeyId: key.Arn, KeyId: symmetric.Arn });
    const back = await client.send(
      new kms.ReEncryptCommand({
        CiphertextBlob: to.CiphertextBlob,
        DestinationKeyId: key.KeyId,
        DestinationEncryptionAlgorithm: algorithm,
      }),
    );
    const opened = await client.send(
      new kms.DecryptCommand({
        KeyId: key.KeyId,
        EncryptionAlgorithm: algorithm,
        CiphertextBlob: back.CiphertextBlob,
      }),
    );
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(TEXT);
  });
});

test.each([
  ["HMAC_224", "HMAC_SHA_224"],
  ["HMAC_256", "HMAC_SHA_256"],
  ["HMAC_384", "HMAC_SHA_384"],
  ["HMAC_512", "HMAC_SHA_512"],
] as const)("a key of %s makes MACs with %s and knows them again", async (spec, MacAlgorithm) => {
  const key = await newKey(spec, "GENERATE_VERIFY_MAC");
  expect(key).toMatchObject({ KeySpec: spec, MacAlgorithms: [MacAlgorithm] });
  const facts = { KeyId: key.KeyId, MacAlgorithm, Message: TEXT };
  const { Mac = TEXT, ...made } = await client.send(new kms.GenerateMacCommand(facts));
  expect(made).toMatchObject({ KeyId: key.Arn, MacAlgorithm });
  const empty = createHmac(`sha${spec.slice(-3)}`, "")
    .update(TEXT)
    .digest();
  expect(Mac).toHaveLength(empty.length);
  expect(Buffer.from(Mac)).not.toEqual(empty);
  expect(await client.send(new kms.VerifyMacCommand({ ...facts, Mac }))).toMatchObject({
    KeyId: key.Arn,
    MacValid: true,
    MacAlgorithm,
  });
  const other = new kms.VerifyMacCommand({ ...facts, Message: Buffer.from("other"), Mac });
  const shorter = new kms.VerifyMacCommand({ ...facts, Mac: Mac.slice(1) });
  expect(await outcomeOf(client.send(other))).toMatch(/^KMSInvalidMacException/);
  expect(await outcomeOf(client.send(shorter))).toMatch(/^KMSInvalidMacException/);
});

test.each([
  ["ECC_NIST_P256", "prime256v1"],
  ["ECC_NIST_P384", "secp384r1"],
  ["ECC_NIST_P521", "secp521r1"],
] as const)(
  "a key of %s agrees on a secret with whoever has its public key",
  async (spec, curve) => {
    const key = await newKey(spec, "KEY_AGREEMENT");
    expect(key).toMatchObject({ KeyAgreementAlgorithms: ["ECDH"] });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    const PublicKey = publicKey.export({ type: "spki", format: "der" });
    const facts = { KeyId: key.KeyId, KeyAgreementAlgorithm: "ECDH" } as const;
    const derived = await client.send(new kms.DeriveSharedSecretCommand({ ...facts, PublicKey }));
    expect(derived).toMatchObject({ KeyId: key.Arn, KeyOrigin: "AWS_KMS" });
    const here = diffieHellman({ privateKey, publicKey: await publicKeyOf(key.KeyId) });
    expect(Buffer.from(derived.SharedSecret ?? [])).toEqual(here);
    const others = [generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey];
    const strangers = others.map((each) => each.export({ type: "spki", format: "der" }));
    for (const bytes of [...strangers, createECDH(curve).generateKeys(), Buffer.from("no key")]) {
      const wrong = new kms.DeriveSharedSecretCommand({ ...facts, PublicKey: bytes });
      expect(await outcomeOf(client.send(wrong))).toBe(`ValidationException: ${EMPTY}`);
    }
  },
);

describe("what a key isn't for is refused in KMS's words", () => {
  const wrongUsage = (arn: string, usage: string, operation: string) =>
    `InvalidKeyUsageException: ${arn} key usage is ${usage} which is not valid for ${operation}.`;
  const MESSAGE = { Message: TEXT };
  const EC = { SigningAlgorithm: "ECDSA_SHA_384" } as const;

  test("by its usage, then by its spec", async () => {
    const [rsa, curve, mac, plain] = await Promise.all([
      newKey("RSA_2048", "ENCRYPT_DECRYPT"),
      newKey("ECC_NIST_P256", "SIGN_VERIFY"),
      newKey("HMAC_256", "GENERATE_VERIFY_MAC"),
      newKey("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ]);
    const incompatible = (algorithm: string, spec: string) =>
      `InvalidKeyUsageException: Algorithm ${algorithm} is incompatible with key spec ${spec}.`;
    const Plaintext = TEXT;
    const cases: readonly [Promise<unknown>, string][] = [
      [
        client.send(new kms.SignCommand({ ...MESSAGE, ...EC, KeyId: mac.KeyId })),
        wrongUsage(mac.Arn, "GENERATE_VERIFY_MAC", "Sign"),
      ],
      [
        client.send(new kms.SignCommand({ ...MESSAGE, ...EC, KeyId: curve.KeyId })),
        incompatible("ECDSA_SHA_384", "ECC_NIST_P256"),
      ],
      [
        client.send(new kms.EncryptCommand({ KeyId: curve.KeyId, Plaintext })),
        wrongUsage(curve.Arn, "SIGN_VERIFY", "Encrypt"),
      ],
      [
        client.send(new kms.EncryptCommand({ KeyId: rsa.KeyId, Plaintext })),
        incompatible("SYMMETRIC_DEFAULT", "RSA_2048"),
      ],
      [
        client.send(new kms.GenerateDataKeyCommand({ KeyId: mac.KeyId, KeySpec: "AES_256" })),
        wrongUsage(mac.Arn, "GENERATE_VERIFY_MAC", "GenerateDataKey"),
      ],
      [
        client.send(
          new kms.GenerateMacCommand({
            ...MESSAGE,
            KeyId: mac.KeyId,
            MacAlgorithm: "HMAC_SHA_512",
          }),
        ),
        incompatible("HMAC_SHA_512", "HMAC_256"),
      ],
      [
        client.send(
          new kms.EncryptCommand({
            KeyId: rsa.KeyId,
            Plaintext,
            EncryptionAlgorithm: "RSAES_OAEP_SHA_1",
            EncryptionContext: { a: "b" },
          }),
        ),
        "ValidationException: Algorithm RSAES_OAEP_SHA_1 takes no encryption context.",
      ],
      [
        client.send(new kms.GetPublicKeyCommand({ KeyId: plain.KeyId })),
        notFor(plain.Arn, "SYMMETRIC_DEFAULT"),
      ],
      [
        client.send(new kms.EnableKeyRotationCommand({ KeyId: mac.KeyId })),
        notFor(mac.Arn, "HMAC_256"),
      ],
      [newKey("HMAC_256", "SIGN_VERIFY"), notCompatible("SIGN_VERIFY", "HMAC_256")],
      [
        newKey("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        notCompatible("KEY_AGREEMENT", "ECC_SECG_P256K1"),
      ],
    ];
    const outcomes = await Promise.all(cases.map(([sent]) => outcomeOf(sent)));
    expect(outcomes).toEqual(cases.map(([, message]) => message));
    const { KeyRotationEnabled } = await client.send(
      new kms.GetKeyRotationStatusCommand({ KeyId: curve.KeyId }),
    );
    expect(KeyRotationEnabled).toBe(false);
  });

  test("and a disabled key is disabled for all of it", async () => {
    const { KeyId, Arn } = await newKey("ECC_NIST_P256", "SIGN_VERIFY");
    await client.send(new kms.DisableKeyCommand({ KeyId }));
    const SigningAlgorithm = "ECDSA_SHA_256";
    const sent = [
      client.send(new kms.SignCommand({ ...MESSAGE, KeyId, SigningAlgorithm })),
      client.send(new kms.VerifyCommand({ ...MESSAGE, KeyId, SigningAlgorithm, Signature: TEXT })),
      client.send(new kms.GetPublicKeyCommand({ KeyId })),
    ];
    const outcomes = new Set(await Promise.all(sent.map(outcomeOf)));
    expect(outcomes).toEqual(new Set([`DisabledException: ${Arn} is disabled.`]));
  });
});

function notFor(arn: string, spec: string): string {
  const fact = `key spec is ${spec} which is not valid for this operation.`;
  return `UnsupportedOperationException: ${arn} ${fact}`;
}

function notCompatible(usage: string, spec: string): string {
  return `ValidationException: KeyUsage ${usage} is not compatible with KeySpec ${spec}`;
}
