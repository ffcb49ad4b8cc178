import { createPrivateKey, createPublicKey } from "node:crypto";
import * as kms from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "./support.ts";

/* Encrypt, Decrypt, ReEncrypt and the keys that KMS makes for others. */

const PLAIN = Buffer.from("some text \xec\x8a\xcf", "latin1");
const INCORRECT = [
  "The key ID in the request does not identify a CMK",
  "that can perform this operation.",
].join(" ");
const CONTEXT = { purpose: "test", Team: "studio" };

let server: TestServer;
let client: kms.KMSClient;
let one = { id: "", arn: "" };
let other = { id: "", arn: "" };
beforeAll(async () => {
  server = await startTestServer();
  client = kmsOf(server);
  one = await newKey();
  other = await newKey();
});
afterAll(() => server?.close());

async function newKey() {
  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({}));
  return { id: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "" };
}

async function encrypt(EncryptionContext?: Record<string, string>): Promise<Uint8Array> {
  const input = { KeyId: one.id, Plaintext: PLAIN, EncryptionContext };
  const { CiphertextBlob = new Uint8Array() } = await client.send(new kms.EncryptCommand(input));
  return CiphertextBlob;
}

const decrypt = (input: kms.DecryptCommandInput) => client.send(new kms.DecryptCommand(input));

describe("what Encrypt answers", () => {
  test("Decrypt reads without a KeyId, whatever became of the alias", async () => {
    const alias = { AliasName: "alias/moves", TargetKeyId: one.id };
    await client.send(new kms.CreateAliasCommand(alias));
    const { $metadata: _, ...encrypted } = await client.send(
      new kms.EncryptCommand({ KeyId: "alias/moves", Plaintext: PLAIN }),
    );
    expect(encrypted).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      KeyId: one.arn,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
    await client.send(new kms.UpdateAliasCommand({ ...alias, TargetKeyId: other.id }));
    const { $metadata: __, ...decrypted } = await decrypt({
      CiphertextBlob: encrypted.CiphertextBlob,
    });
    expect(decrypted).toEqual({
      KeyId: one.arn,
      Plaintext: new Uint8Array(PLAIN),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("needs its context, in whatever order, and says nothing about another one", async () => {
    const CiphertextBlob = await encrypt(CONTEXT);
    const reversed = { Team: "studio", purpose: "test" };
    const { Plaintext } = await decrypt({ CiphertextBlob, EncryptionContext: reversed });
    expect(Plaintext).toEqual(new Uint8Array(PLAIN));
    for (const EncryptionContext of [
      undefined,
      { purpose: "test" },
      { ...CONTEXT, purpose: "TEST" },
      { purpose: "test", team: "studio" },
      { ...CONTEXT, more: "" },
    ])
      await expect(decrypt({ CiphertextBlob, EncryptionContext })).rejects.toMatchObject({
        name: "InvalidCiphertextException",
      });
  });

  test("isn't another key's, and never the same twice", async () => {
    const CiphertextBlob = await encrypt();
    expect(await outcomeOf(decrypt({ CiphertextBlob, KeyId: other.id }))).toBe(
      `IncorrectKeyException: ${INCORRECT}`,
    );
    expect(await encrypt()).not.toEqual(CiphertextBlob);
  });
});

test("ReEncrypt moves a text to another key and context without showing it", async () => {
  const CiphertextBlob = await encrypt(CONTEXT);
  const { $metadata: _, ...moved } = await client.send(
    new kms.ReEncryptCommand({
      CiphertextBlob,
      SourceEncryptionContext: CONTEXT,
      DestinationKeyId: other.id,
      DestinationEncryptionContext: { another: "context" },
    }),
  );
  expect(moved).toEqual({
    CiphertextBlob: expect.any(Uint8Array),
    SourceKeyId: one.arn,
    KeyId: other.arn,
    SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    SourceKeyMaterialId: expect.any(String),
    DestinationKeyMaterialId: expect.any(String),
  });
  const read = { CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { another: "context" } };
  expect(await decrypt(read)).toMatchObject({ KeyId: other.arn, Plaintext: new Uint8Array(PLAIN) });
});

describe("data keys", () => {
  test.each([
    [{ KeySpec: "AES_256" }, 32],
    [{ KeySpec: "AES_128" }, 16],
    [{ NumberOfBytes: 1024 }, 1024],
  ] as const)("%j", async (size, bytes) => {
    const made = await client.send(new kms.GenerateDataKeyCommand({ KeyId: one.id, ...size }));
    expect(made.Plaintext?.length).toBe(bytes);
    expect((await decrypt({ CiphertextBlob: made.CiphertextBlob })).Plaintext).toEqual(
      made.Plaintext,
    );
    const hidden = new kms.GenerateDataKeyWithoutPlaintextCommand({ KeyId: one.id, ...size });
    const { CiphertextBlob, KeyId } = await client.send(hidden);
    expect(KeyId).toBe(one.arn);
    expect((await decrypt({ CiphertextBlob })).Plaintext?.length).toBe(bytes);
  });

  test("need one size, and no more than one", async () => {
    const sizes = [{}, { KeySpec: "AES_128" as const, NumberOfBytes: 16 }];
    for (const size of sizes)
      expect(
        await outcomeOf(client.send(new kms.GenerateDataKeyCommand({ KeyId: one.id, ...size }))),
      ).toBe("ValidationException: Please specify either number of bytes or key spec.");
  });

  test.each(["RSA_2048", "ECC_NIST_P256", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"] as const)(
    "a pair of %s belongs together, and its private key is encrypted",
    async (KeyPairSpec) => {
      const input = { KeyId: one.id, KeyPairSpec };
      const made = await client.send(new kms.GenerateDataKeyPairCommand(input));
      const { Plaintext = new Uint8Array() } = await decrypt({
        CiphertextBlob: made.PrivateKeyCiphertextBlob,
      });
      expect(Plaintext).toEqual(made.PrivateKeyPlaintext);
      const key = createPrivateKey({
        key: Buffer.from(Plaintext),
        format: "der",
        type: "pkcs8",
      });
      const shown = createPublicKey(key).export({ format: "der", type: "spki" });
      expect(new Uint8Array(shown)).toEqual(made.PublicKey);
    },
  );
});

test("what is too long, too short or unknown is refused with KMS's sentences", async () => {
  const start = "ValidationException: 1 validation error detected: Value";
  const sentence = (path: string, rule: string) =>
    `${start} ${path} failed to satisfy constraint: ${rule}`;
  const put = (Plaintext: Uint8Array) =>
    outcomeOf(client.send(new kms.EncryptCommand({ KeyId: one.id, Plaintext })));
  expect(await put(new Uint8Array())).toBe(
    sentence("at 'plaintext'", "Member must have length greater than or equal to 1"),
  );
  expect(await put(new Uint8Array(4097))).toBe(
    sentence("at 'plaintext'", "Member must have length less than or equal to 4096"),
  );
  const random = (NumberOfBytes?: number) =>
    outcomeOf(client.send(new kms.GenerateRandomCommand({ NumberOfBytes })));
  expect(await random()).toBe("ValidationException: NumberOfBytes is required.");
  expect(await random(1025)).toBe(
    sentence("'1025' at 'numberOfBytes'", "Member must have value less than or equal to 1024"),
  );
  const { Plaintext } = await client.send(new kms.GenerateRandomCommand({ NumberOfBytes: 44 }));
  expect(Plaintext?.length).toBe(44);
});

test("a dry run does nothing but say whether it would have been allowed", async () => {
  const KeyId = one.id;
  const DryRun = true;
  const CiphertextBlob = await encrypt();
  const commands = [
    new kms.EncryptCommand({ KeyId, Plaintext: PLAIN, DryRun }),
    new kms.DecryptCommand({ CiphertextBlob, DryRun }),
    new kms.GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", DryRun }),
    new kms.GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: "ECC_NIST_P256", DryRun }),
    new kms.ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId, DryRun }),
  ];
  for (const command of commands)
    expect(await outcomeOf(client.send(command as kms.EncryptCommand))).toBe(
      "DryRunOperationException: The request would have succeeded, but the DryRun option is set.",
    );
});
